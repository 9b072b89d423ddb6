import type { ValidationError } from '@nestjs/common';
import { Problem } from './problem.js';

/** Names every parameter that is wrong, and what it takes. Never repeats what was sent. */
export function toInvalidRequest(errors: ValidationError[]): Problem {
  const faults = errors.map(({ property, constraints }) => {
    const rule = Object.values(constraints ?? {})[0] ?? 'is wrong';
    return `${property} ${rule}`;
  });
  return new Problem(
    'invalid_request',
    `${faults.join('; ')}.`,
    'Correct the parameter; GET /endpoints lists what each takes.',
  );
}
