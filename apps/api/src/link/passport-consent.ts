import { Passport } from 'passport';
import type { ConsentStrategy } from '#listening';

const passport = new Passport();

/** The consent was refused, in the upstream's words or none. */
export class ConsentDenied extends Error {
  override readonly name = 'ConsentDenied';
}

/**
 * Where to send a person to agree.
 *
 * @param options `scope`, and `showDialog` when the person is to be asked again
 * @throws whatever the parts of the strategy reject with
 */
export function consentAddress(
  strategy: ConsentStrategy,
  options: { scope: readonly string[]; showDialog: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    // Passport answers by itself, on the bare response: this one keeps the address, and the framework answers.
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string) => {
        if (name.toLowerCase() === 'location') resolve(value);
      },
      end: () => undefined,
    };
    passport.authenticate(strategy, options, (error: unknown) => {
      reject(asError(error, 'No consent could be begun.'));
    })({ query: {}, headers: {} }, response, reject);
  });
}

/**
 * Finishes a consent with what came back.
 *
 * @returns whatever the strategy calls the one who agreed
 * @throws ConsentDenied, or whatever the parts of the strategy reject with
 */
export function consentOutcome(
  strategy: ConsentStrategy,
  query: { code?: string; state: string; error?: string },
): Promise<object> {
  return new Promise((resolve, reject) => {
    passport.authenticate(strategy, { session: false }, (error: unknown, user: unknown) => {
      if (error) reject(asError(error, 'The consent could not be finished.'));
      else if (typeof user === 'object' && user !== null) resolve(user);
      else reject(new ConsentDenied());
    })({ query, headers: {} }, NOWHERE, reject);
  });
}

/** A callback takes every outcome, so nothing is ever written here. */
const NOWHERE = { statusCode: 200, setHeader: () => undefined, end: () => undefined };

function asError(error: unknown, otherwise: string): Error {
  return error instanceof Error ? error : new Error(otherwise);
}
