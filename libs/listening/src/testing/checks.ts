import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ProviderError } from '../index.js';
import type { ContractSubject } from './subject.js';

/** The error of a read, which must be one of ours and must come before patience ends. */
export async function failure({ patienceMs }: ContractSubject, reading: Promise<unknown>): Promise<ProviderError> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `no answer within ${patienceMs} ms` }));
    }, patienceMs);
  });
  const outcome: unknown = await Promise.race([reading, patience])
    .then(
      (value) => new assert.AssertionError({ message: `expected an error, got ${inspect(value)}` }),
      (error: unknown) => error,
    )
    .finally(() => {
      clearTimeout(timer);
    });
  if (outcome instanceof assert.AssertionError) throw outcome;
  assert(outcome instanceof ProviderError, `expected a ProviderError, got ${inspect(outcome)}`);
  return outcome;
}

export function isUrlOrNull(value: string | null): boolean {
  return value === null || /^https?:\/\//.test(value);
}

export function isCountOrNull(value: number | null): boolean {
  return value === null || (Number.isSafeInteger(value) && value >= 0);
}

export function isDateOrNull(value: Date | null): boolean {
  return value === null || (value instanceof Date && !Number.isNaN(value.getTime()));
}
