import { type KeyObject, createSecretKey } from 'node:crypto';
import { VaultError } from './vault-error.js';

/** Bytes of a key: AES-256. */
export const KEY_BYTES = 32;

const PAIR = /^([a-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=?)$/i;

/** A key with the name that stands in what it has sealed. */
export interface NamedKey {
  id: string;
  key: KeyObject;
}

/** The keys of this service: one seals, all of them open. */
export class KeyRing {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @param writer seals; @param others only open what they have sealed earlier */
  constructor(
    readonly writer: NamedKey,
    others: readonly NamedKey[] = [],
  ) {
    this.keys = new Map([writer, ...others].map(({ id, key }) => [id, key]));
  }

  /** Names of all keys, the writer's first. */
  get ids(): readonly string[] {
    return [...this.keys.keys()];
  }

  /** Undefined when there is no such key. */
  find(id: string): KeyObject | undefined {
    return this.keys.get(id);
  }
}

/**
 * Reads `id:base64,id:base64`; the first one writes.
 *
 * @param source where the text came from, for the message: a setting's name or a file's path
 * @throws VaultError `key_malformed`
 */
export function parseKeys(text: string, source: string): [NamedKey, ...NamedKey[]] {
  const [first, ...others] = text.split(',').map((pair) => parsePair(pair.trim(), source));
  if (first === undefined) throw malformed(source);
  const ids = [first, ...others].map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw malformed(source);
  return [first, ...others];
}

function parsePair(pair: string, source: string): NamedKey {
  const [, id, base64] = PAIR.exec(pair) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (id === undefined || bytes.length !== KEY_BYTES) throw malformed(source);
  return { id, key: createSecretKey(bytes) };
}

function malformed(source: string): VaultError {
  return new VaultError(
    'key_malformed',
    `${source} does not hold keys as id:base64 pairs with commas, each of ${KEY_BYTES} bytes and each id once.`,
    `Correct ${source}. A new key is made by: openssl rand -base64 ${KEY_BYTES}`,
  );
}
