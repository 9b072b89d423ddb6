import { accountName, type Account } from './account.js';
import { lovedTracksReply } from './loved-tracks.js';
import type { Question } from './question.js';
import { recentTracks } from './recent-tracks.js';
import { failure, type LastfmReply } from './reply.js';
import { topAlbums, topArtists, topTracks } from './top-lists.js';
import { userInfo } from './user-info.js';

type Method = (question: Question, account: Account, origin: string) => LastfmReply;

const methods = new Map<string, Method>([
  ['user.getrecenttracks', recentTracks],
  ['user.gettoptracks', topTracks],
  ['user.gettopartists', topArtists],
  ['user.gettopalbums', topAlbums],
  ['user.getlovedtracks', lovedTracksReply],
  ['user.getinfo', userInfo],
]);

/** The methods that the sandbox has, in lower case. */
export const methodNames: readonly string[] = [...methods.keys()];

/** What Last.fm says to a question when nothing is wrong with Last.fm. */
export function answerQuestion(question: Question, account: Account, origin: string): LastfmReply {
  if (question.method === '') return failure(6);
  const method = methods.get(question.method);
  if (method === undefined) return failure(3);
  if (!/^[0-9a-f]{32}$/i.test(question.parameters.get('api_key') ?? '')) return failure(10);
  const user = question.parameters.get('user') ?? '';
  if (user === '') return failure(6);
  if (user.toLowerCase() !== accountName.toLowerCase()) return userNotFound(404);
  return method(question, account, origin);
}

/** Error 6 as it comes for an unknown user; the status is usually 404. */
export function userNotFound(status: number): LastfmReply {
  return failure(6, { status, message: 'User not found' });
}
