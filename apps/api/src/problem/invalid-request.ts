import type { ValidationError } from '@nestjs/common';
import { Problem } from './problem.js';

/** What class-validator calls a field that its class has not. */
const UNKNOWN = 'whitelistValidation';
/** A body can have thousands of wrong fields. */
const MOST_NAMED = 10;

/** Names the parameters that are wrong, and what each takes. Never repeats a value that was sent. */
export function toInvalidRequest(errors: ValidationError[]): Problem {
  const faults = errors.slice(0, MOST_NAMED).map(({ property, constraints }) => {
    if (constraints && UNKNOWN in constraints)
      return `${JSON.stringify(property.slice(0, 80))} is not a field of this body`;
    const rule = Object.values(constraints ?? {})[0] ?? 'is wrong';
    return `${property} ${rule}`;
  });
  return new Problem(
    'invalid_request',
    `${faults.join('; ')}.`,
    'Correct the parameter; GET /endpoints lists what each takes.',
  );
}
