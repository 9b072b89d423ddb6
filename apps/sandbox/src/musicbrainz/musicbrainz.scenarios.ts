import { normalScenario } from '../control/board.js';
import { scenario, type Scenarios } from '../control/scenario.js';
import type { Answer, Deliver } from '../faults/answer.js';
import { wireFaults } from '../faults/wire-faults.js';
import { awayReply, busyReply, errorReply } from './musicbrainz.reply.js';

/** How MusicBrainz differs from normal under a scenario; each part that is left out is as usual. */
export interface MusicBrainzBehaviour {
  /** What it says. */
  reply?: Answer;
  /** How that reaches the client. */
  deliver?: Deliver;
}

/** All that can be wrong with MusicBrainz. */
export const musicbrainzScenarios: Scenarios<MusicBrainzBehaviour> = {
  [normalScenario]: scenario('Nothing is wrong.', {}, () => ({})),
  busy: scenario('Everybody asks at once: 503 in JSON.', {}, () => ({ reply: busyReply })),
  away: scenario('MusicBrainz is away: 503 as an HTML page.', {}, () => ({ reply: awayReply })),
  'server-error': scenario('500 in JSON.', {}, () => ({ reply: errorReply(500, 'Internal server error.') })),
  refused: scenario('The client is not welcome: 403.', {}, () => ({ reply: errorReply(403, 'Forbidden.') })),
  ...wireFaults,
};
