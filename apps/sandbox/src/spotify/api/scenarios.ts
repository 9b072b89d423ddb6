import { normalScenario } from '../../control/board.js';
import { scenario, type Scenarios } from '../../control/scenario.js';
import { wireFaults } from '../../faults/wire-faults.js';
import type { ApiBehaviour } from './behaviour.js';
import { errorScenarios } from './scenarios.errors.js';
import { playerScenarios } from './scenarios.player.js';

/** All that can be wrong, or special, with the Web API. */
export const apiScenarios: Scenarios<ApiBehaviour> = {
  [normalScenario]: scenario('Nothing is wrong, and a song always plays.', {}, () => ({})),
  ...playerScenarios,
  ...errorScenarios,
  ...wireFaults,
};
