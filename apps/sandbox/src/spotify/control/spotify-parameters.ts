import type { Parameter, Parameters } from '../../control/parameters.js';
import type { SpotifyApp } from '../apps.js';

/** Any text but an empty one. */
export const text: Parameter<string> = {
  expects: 'a text',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

/** A text, or null. */
export const textOrNull: Parameter<string | null> = {
  expects: 'a text or null',
  read: (value) => (value === null ? null : text.read(value)),
};

/** Several texts. */
export const texts: Parameter<readonly string[]> = {
  expects: 'a list of texts',
  read: (value) => {
    if (!Array.isArray(value)) return undefined;
    const read = value.map((one) => text.read(one)).filter((one) => one !== undefined);
    return read.length === value.length ? read : undefined;
  },
};

/** Several places in a list, counted from 0. */
export const places: Parameter<readonly number[]> = {
  expects: 'a list of whole numbers from 0',
  read: (value) => {
    if (!Array.isArray(value)) return undefined;
    const read = value.filter((one): one is number => Number.isInteger(one) && Number(one) >= 0);
    return read.length === value.length ? read : undefined;
  },
};

/** An app to be registered, or changed when its client id is known. */
export const appParameters: Parameters<SpotifyApp> = {
  clientId: {
    expects: '32 hexadecimal digits',
    read: (value) => (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? value : undefined),
  },
  secret: { ...textOrNull, expects: 'a text, or null for an app without a secret' },
  name: { ...text, absent: { value: 'An app' } },
  redirectUris: {
    ...texts,
    absent: { value: ['http://127.0.0.1/callback', 'https://music.example.org/callback'] },
  },
};
