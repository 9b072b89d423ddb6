import { integer, oneOf, type Parameter, type Parameters } from '../control/parameters.js';
import type { SignedIn } from './person.js';

/** Which shape of the Web API is spoken: that of development mode since 2026, that of extended quota, or the one before. */
export const apiModes = ['dev2026', 'extended', 'legacy'] as const;
export type ApiMode = (typeof apiModes)[number];

/** What happens at the consent page without a person: `ask` shows it, `never` shows a page that leads nowhere. */
export const consentModes = ['ask', 'agree', 'deny', 'never'] as const;
export type ConsentMode = (typeof consentModes)[number];

/**
 * What a refresh does to the refresh token: nothing; it is sent again; a new one and the old works for some seconds; a
 * new one and the old works until the new one is used; a new one and the old is dead at once.
 */
export const rotationModes = ['none', 'same', 'rotate-grace', 'rotate', 'rotate-strict'] as const;
export type RotationMode = (typeof rotationModes)[number];

/** What a person allows of the scopes that an app asks for: all of them, or the first alone. */
export const grantModes = ['all', 'first'] as const;
export type GrantMode = (typeof grantModes)[number];

/** How Spotify behaves all the time, until it is changed. */
export interface SpotifySwitches {
  mode: ApiMode;
  consent: ConsentMode;
  grants: GrantMode;
  /** Who is signed in when an app asks for consent. */
  person: SignedIn;
  rotation: RotationMode;
  /** How long the old refresh token works under `rotate-grace`. */
  graceSeconds: number;
  /** Life of an access token in seconds. */
  expiresIn: number;
  /** Refresh answers say `"scope": ""`. */
  emptyScope: boolean;
  /** Whether the owner of the apps has Premium; without it the whole Web API is closed. */
  premium: boolean;
}

/** The switches as a control request may set them, and how they stand at the beginning. */
export const switchParameters: Parameters<SpotifySwitches> = {
  mode: oneOf(apiModes, 'dev2026'),
  consent: oneOf(consentModes, 'ask'),
  grants: oneOf(grantModes, 'all'),
  person: oneOf(['listener', 'guest'], 'listener'),
  rotation: oneOf(rotationModes, 'none'),
  graceSeconds: integer({ min: 0, max: 86_400, absent: 30 }),
  expiresIn: integer({ min: 1, max: 86_400, absent: 3600 }),
  emptyScope: truth(false),
  premium: truth(true),
};

/** The switches as they stand at the beginning. */
export function initialSwitches(): SpotifySwitches {
  return {
    mode: 'dev2026',
    consent: 'ask',
    grants: 'all',
    person: 'listener',
    rotation: 'none',
    graceSeconds: 30,
    expiresIn: 3600,
    emptyScope: false,
    premium: true,
  };
}

function truth(absent: boolean): Parameter<boolean> {
  return {
    expects: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    absent: { value: absent },
  };
}
