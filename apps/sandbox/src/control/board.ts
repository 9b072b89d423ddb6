import { integer, isRecord, readParameters } from './parameters.js';
import type { Scenario, Scenarios } from './scenario.js';

/** A scenario in force. `method` is null when it holds for all methods, `remaining` when it holds until it is changed. */
export interface InForce {
  scenario: string;
  method: string | null;
  parameters: Readonly<Record<string, unknown>>;
  remaining: number | null;
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
  methods: readonly string[];
  inForce(): InForce[];
  /** Sets a scenario as a control request asks, or says why not. */
  set(request: unknown): Refusal | null;
  clear(): void;
  /** The behaviour for one call of `method`, which counts as one of the scenario's times; null is the normal one. */
  take(method: string): Behaviour | null;
}

/** The scenario that every table has: nothing is wrong. */
export const normalScenario = 'normal';

const timesParameter = { times: integer({ min: 1, max: 1_000_000 }) };

/** A board with nothing in force. `methods`: the names that a scenario can be limited to, in lower case. */
export function createBoard<Behaviour>(scenarios: Scenarios<Behaviour>, methods: readonly string[]): Board<Behaviour> {
  const slots = new Map<string | null, Slot<Behaviour>>();

  const set = (request: unknown): Refusal | null => {
    const read = readRequest(request, scenarios, methods);
    if ('detail' in read) return read;
    const begun = read.definition.begin(read.parameters);
    if ('faults' in begun) {
      return {
        detail: begun.faults.join(' '),
        allowed: {
          [read.scenario]: { ...read.definition.parameters, method: methods, times: timesParameter.times.expects },
        },
      };
    }
    if (read.scenario === normalScenario && read.method === null) slots.clear();
    else {
      const { scenario, method, parameters, remaining } = read;
      slots.set(method, { scenario, method, parameters, remaining, behaviour: begun.behaviour });
    }
    return null;
  };

  const take = (method: string): Behaviour | null => {
    const slot = slots.get(method) ?? slots.get(null);
    if (slot === undefined) return null;
    if (slot.remaining !== null) {
      slot.remaining -= 1;
      if (slot.remaining === 0) slots.delete(slot.method);
    }
    return slot.behaviour;
  };

  const inForce = (): InForce[] =>
    [...slots.values()].map(({ scenario, method, parameters, remaining }) => ({
      scenario,
      method,
      parameters,
      remaining,
    }));

  return {
    scenarios,
    methods,
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
  methods: readonly string[],
): Refusal | (InForce & { definition: Scenario<Behaviour> }) {
  const names = Object.keys(scenarios);
  if (!isRecord(request)) {
    return { detail: 'Send a JSON object: {"scenario": "..."}.', allowed: { scenario: names, method: methods } };
  }
  const { scenario, method, times, ...parameters } = request;
  const definition =
    typeof scenario === 'string' && Object.hasOwn(scenarios, scenario) ? scenarios[scenario] : undefined;
  if (typeof scenario !== 'string' || definition === undefined) {
    return { detail: `"scenario" must be one of those in "allowed".`, allowed: { scenario: names } };
  }
  const known = typeof method === 'string' ? methods.find((name) => name === method.toLowerCase()) : undefined;
  if (method !== undefined && known === undefined) {
    return { detail: '"method" must be one of those in "allowed", or left out for all.', allowed: { method: methods } };
  }
  const readTimes = times === undefined ? undefined : readParameters(timesParameter, { times });
  if (readTimes !== undefined && 'faults' in readTimes) {
    return { detail: readTimes.faults.join(' '), allowed: { times: timesParameter.times.expects } };
  }
  return { scenario, method: known ?? null, parameters, remaining: readTimes?.values.times ?? null, definition };
}
