import type { Deliver } from '../faults/answer.js';
import type { Listener } from '../listening/listener.js';
import type { Account } from './account.js';
import type { Question } from './question.js';
import type { Format, LastfmReply } from './reply.js';

/** How Last.fm differs from normal under a scenario; each part that is left out is as usual. */
export interface LastfmBehaviour {
  /** What Last.fm knows. `stranger` is another listener than the account's. */
  account?: (account: Account, stranger: Listener) => Account;
  /** What it says; `usual` makes what it would have said. */
  reply?: (question: Question, usual: () => LastfmReply) => LastfmReply;
  /** In which format, whatever was asked for. */
  format?: Format;
  /** How that reaches the client. */
  deliver?: Deliver;
}
