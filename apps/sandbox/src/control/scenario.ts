import { readParameters, type Parameters } from './parameters.js';

/** A way an upstream can behave. `begin` makes the behaviour, with its own memory, each time the scenario is set. */
export interface Scenario<Behaviour> {
  about: string;
  /** Name of each parameter and what it takes. */
  parameters: Readonly<Record<string, string>>;
  begin(values: Readonly<Record<string, unknown>>): { behaviour: Behaviour } | { faults: string[] };
}

/** A table of scenarios by name. */
export type Scenarios<Behaviour> = Readonly<Record<string, Scenario<Behaviour>>>;

/** Describes a scenario: what it is, what it takes, what it does. */
export function scenario<P extends object, Behaviour>(
  about: string,
  parameters: Parameters<P>,
  begin: (values: P) => Behaviour,
): Scenario<Behaviour> {
  const described: Record<string, string> = {};
  for (const name in parameters) {
    const { expects, absent } = parameters[name];
    described[name] =
      absent === undefined ? `${expects}; required` : `${expects}; default ${JSON.stringify(absent.value)}`;
  }
  return {
    about,
    parameters: described,
    begin: (given) => {
      const read = readParameters(parameters, given);
      return 'faults' in read ? read : { behaviour: begin(read.values) };
    },
  };
}
