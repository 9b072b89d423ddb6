import { integer, isRecord, readParameters } from './parameters.js';
import type { Scenario, Scenarios } from './scenario.js';

/** A scenario in force. `target` is null when it holds for all of them, `remaining` when it holds until it is changed. */
interface InForce {
  scenario: string;
  target: string | null;
  parameters: Readonly<Record<string, unknown>>;
  remaining: number | null;
}

/** What a scenario can be limited to: what one of them is called, such as `method`, and which there are, in lower case. */
export interface Targets {
  name: string;
  values: readonly string[];
}

interface Slot<Behaviour> extends InForce {
  behaviour: Behaviour;
}

/** What was wrong with a request to set a scenario, and what would have been right. */
export interface Refusal {
  detail: string;
  allowed: Readonly<Record<string, unknown>>;
}

/** Which scenarios are in force for one upstream. */
export interface Board<Behaviour> {
  scenarios: Scenarios<Behaviour>;
  targets: Targets;
  /** What is in force; the target stands under the name that the targets have. */
  inForce(): Readonly<Record<string, unknown>>[];
  /** Sets a scenario as a control request asks, or says why not. */
  set(request: unknown): Refusal | null;
  clear(): void;
  /** The behaviour for one call of `target`, which counts as one of the scenario's times; null is the normal one. */
  take(target: string): Behaviour | null;
}

/** The scenario that every table has: nothing is wrong. */
export const normalScenario = 'normal';

const timesParameter = { times: integer({ min: 1, max: 1_000_000 }) };

/** A board with nothing in force. */
export function createBoard<Behaviour>(scenarios: Scenarios<Behaviour>, targets: Targets): Board<Behaviour> {
  const slots = new Map<string | null, Slot<Behaviour>>();

  const set = (request: unknown): Refusal | null => {
    const read = readRequest(request, scenarios, targets);
    if ('detail' in read) return read;
    const begun = read.definition.begin(read.parameters);
    if ('faults' in begun) {
      return {
        detail: begun.faults.join(' '),
        allowed: {
          [read.scenario]: {
            ...read.definition.parameters,
            [targets.name]: targets.values,
            times: timesParameter.times.expects,
          },
        },
      };
    }
    if (read.scenario === normalScenario && read.target === null) slots.clear();
    else {
      const { scenario, target, parameters, remaining } = read;
      slots.set(target, { scenario, target, parameters, remaining, behaviour: begun.behaviour });
    }
    return null;
  };

  const take = (target: string): Behaviour | null => {
    const slot = slots.get(target) ?? slots.get(null);
    if (slot === undefined) return null;
    if (slot.remaining !== null) {
      slot.remaining -= 1;
      if (slot.remaining === 0) slots.delete(slot.target);
    }
    return slot.behaviour;
  };

  const inForce = (): Readonly<Record<string, unknown>>[] =>
    [...slots.values()].map(({ scenario, target, parameters, remaining }) => ({
      scenario,
      [targets.name]: target,
      parameters,
      remaining,
    }));

  return {
    scenarios,
    targets,
    set,
    take,
    inForce,
    clear: () => {
      slots.clear();
    },
  };
}

function readRequest<Behaviour>(
  request: unknown,
  scenarios: Scenarios<Behaviour>,
  targets: Targets,
): Refusal | (InForce & { definition: Scenario<Behaviour> }) {
  const names = Object.keys(scenarios);
  const allowedTargets = { [targets.name]: targets.values };
  if (!isRecord(request)) {
    return { detail: 'Send a JSON object: {"scenario": "..."}.', allowed: { scenario: names, ...allowedTargets } };
  }
  const { scenario, times, [targets.name]: target, ...parameters } = request;
  const definition =
    typeof scenario === 'string' && Object.hasOwn(scenarios, scenario) ? scenarios[scenario] : undefined;
  if (typeof scenario !== 'string' || definition === undefined) {
    return { detail: `"scenario" must be one of those in "allowed".`, allowed: { scenario: names } };
  }
  const known = typeof target === 'string' ? targets.values.find((name) => name === target.toLowerCase()) : undefined;
  if (target !== undefined && known === undefined) {
    const detail = `"${targets.name}" must be one of those in "allowed", or left out for all.`;
    return { detail, allowed: allowedTargets };
  }
  const readTimes = times === undefined ? undefined : readParameters(timesParameter, { times });
  if (readTimes !== undefined && 'faults' in readTimes) {
    return { detail: readTimes.faults.join(' '), allowed: { times: timesParameter.times.expects } };
  }
  return { scenario, target: known ?? null, parameters, remaining: readTimes?.values.times ?? null, definition };
}
