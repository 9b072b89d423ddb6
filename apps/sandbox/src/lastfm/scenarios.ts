import { normalScenario } from '../control/board.js';
import { scenario, type Scenarios } from '../control/scenario.js';
import { wireFaults } from '../faults/wire-faults.js';
import type { LastfmBehaviour } from './behaviour.js';
import { accountScenarios } from './scenarios.account.js';
import { bodyScenarios } from './scenarios.bodies.js';
import { errorScenarios } from './scenarios.errors.js';

/** All that can be wrong, or special, with Last.fm. */
export const lastfmScenarios: Scenarios<LastfmBehaviour> = {
  [normalScenario]: scenario('Nothing is wrong, and a song always plays.', {}, () => ({})),
  ...accountScenarios,
  ...errorScenarios,
  ...bodyScenarios,
  ...wireFaults,
};
