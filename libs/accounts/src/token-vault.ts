import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.js';
import { VaultError } from './vault-error.js';

const CIPHER = 'aes-256-gcm';
const FORM = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a sealed text stands. It opens there and nowhere else. */
export interface Place {
  table: string;
  /** The row's primary key. */
  row: string;
  column: string;
  /** Whose the row is; empty for rows of no provider. */
  provider: string;
}

/**
 * Seals secrets with AES-256-GCM as `v1.<key id>.<nonce>.<ciphertext and tag>` in base64url. Every text has a nonce of its
 * own, and is bound to its key's id and its place.
 */
export class TokenVault {
  constructor(private readonly keys: KeyRing) {}

  /** The id of the key that seals. */
  get writerId(): string {
    return this.keys.writer.id;
  }

  /** Ids of all keys that open, the one that seals first. */
  get keyIds(): readonly string[] {
    return this.keys.ids;
  }

  /** Seals with the first key. */
  seal(plain: string, place: Place): string {
    return this.sealWith(this.keys.writer.id, plain, place);
  }

  /** Seals with one of the keys. @throws VaultError `key_unknown` */
  sealWith(keyId: string, plain: string, place: Place): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key(keyId), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(identityOf(keyId, place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [FORM, keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /**
   * The plain text.
   * @throws VaultError `envelope_malformed`, `key_unknown`, `envelope_tampered`
   */
  open(envelope: string, place: Place): string {
    const { keyId, nonce, sealed } = parseEnvelope(envelope, place);
    const decipher = createDecipheriv(CIPHER, this.key(keyId), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(identityOf(keyId, place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      throw new VaultError(
        'envelope_tampered',
        `What is kept in ${nameOf(place)} was not sealed with the key "${keyId}" for that place.`,
        'Restore that row from a backup, or link the account again.',
      );
    }
  }

  private key(id: string) {
    const key = this.keys.find(id);
    if (key) return key;
    throw new VaultError(
      'key_unknown',
      `There is no encryption key "${id}".`,
      `Add the key "${id}" to ENCRYPTION_KEY, behind the first one.`,
    );
  }
}

function parseEnvelope(envelope: string, place: Place): { keyId: string; nonce: Buffer; sealed: Buffer } {
  const [form, keyId, nonceText, sealedText, ...more] = envelope.split('.');
  const nonce = fromBase64url(nonceText);
  const sealed = fromBase64url(sealedText);
  const isWhole =
    form === FORM && keyId !== undefined && nonce?.length === NONCE_BYTES && sealed !== null && more.length === 0;
  if (isWhole && sealed.length >= TAG_BYTES) return { keyId, nonce, sealed };
  throw new VaultError(
    'envelope_malformed',
    `What is kept in ${nameOf(place)} is not a sealed text.`,
    'Restore that row from a backup, or link the account again.',
  );
}

/** Strict: of all texts that decode to the same bytes one is right. */
function fromBase64url(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

/** As JSON, so that no two places make the same bytes whatever stands in their names. */
function identityOf(keyId: string, { table, row, column, provider }: Place): Buffer {
  return Buffer.from(JSON.stringify([FORM, keyId, table, row, column, provider]), 'utf8');
}

function nameOf({ table, row, column }: Place): string {
  return `${table}.${column} of row ${row}`;
}
