/** Reads one value of a request's body: `undefined` from `read` means that the value is not what is expected. */
export interface Parameter<T> {
  expects: string;
  read(value: unknown): T | undefined;
  /** What holds when the value is not sent; without it the value is required. */
  absent?: { value: T };
}

/** Several named parameters. */
export type Parameters<P> = { readonly [Name in keyof P]: Parameter<P[Name]> };

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number within bounds. */
export function integer(bounds: { min: number; max: number; absent?: number }): Parameter<number> {
  return {
    expects: `a whole number from ${bounds.min} to ${bounds.max}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= bounds.min && value <= bounds.max
        ? value
        : undefined,
    ...(bounds.absent === undefined ? {} : { absent: { value: bounds.absent } }),
  };
}

/** A share from 0 to 1. */
export function share(absent: number): Parameter<number> {
  return {
    expects: 'a number from 0 to 1',
    read: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
    absent: { value: absent },
  };
}

/** One word of a list. */
export function oneOf<const Word extends string>(words: readonly Word[], absent: Word): Parameter<Word> {
  return {
    expects: `one of ${words.join(', ')}`,
    read: (value) => words.find((word) => word === value),
    absent: { value: absent },
  };
}

/** Reads all of `parameters` from `values`, or says everything that is wrong, unknown names included. */
export function readParameters<P>(
  parameters: Parameters<P>,
  values: Readonly<Record<string, unknown>>,
): { values: P } | { faults: string[] } {
  const faults: string[] = [];
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(parameters, name)) faults.push(`"${name}" is not known here.`);
  }
  const read: Partial<P> = {};
  for (const name in parameters) {
    const parameter = parameters[name];
    const given = values[name];
    const value = given === undefined ? parameter.absent?.value : parameter.read(given);
    if (value === undefined) faults.push(`"${name}" must be ${parameter.expects}.`);
    else read[name] = value;
  }
  return isComplete(read, parameters) && faults.length === 0 ? { values: read } : { faults };
}

function isComplete<P>(read: Partial<P>, parameters: Parameters<P>): read is P {
  return Object.keys(parameters).every((name) => Object.hasOwn(read, name));
}
