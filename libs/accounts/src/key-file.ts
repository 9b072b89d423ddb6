import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFileOnce } from '#database';
import { errorCode } from './error-code.js';
import { KEY_BYTES, KeyRing, type NamedKey, parseKeys } from './key-ring.js';
import { VaultError } from './vault-error.js';

/** Name of the key that Tonearm makes itself, in DATA_DIR. */
export const KEY_FILE = 'encryption.key';

/**
 * The keys to work with. Those of the setting write; without it, the one in `<dataDir>/encryption.key`, which the first
 * start makes (mode 0600). A key in the file still opens after a setting has come, so that moving to one needs no more.
 *
 * @param setting the value of ENCRYPTION_KEY; undefined when it is not set
 * @throws VaultError `key_malformed`, `key_file_unusable`, `key_wrong` when setting and file disagree about an id
 */
export async function openKeyRing(setting: string | undefined, dataDir: string): Promise<KeyRing> {
  const file = join(dataDir, KEY_FILE);
  if (setting === undefined) {
    const [writer, ...others] = (await readKeys(file)) ?? (await makeKey(dataDir, file));
    return new KeyRing(writer, others);
  }
  const [writer, ...others] = parseKeys(setting, 'ENCRYPTION_KEY');
  const set = [writer, ...others];
  const filed = (await readKeys(file)) ?? [];
  for (const { id, key } of filed) {
    const same = set.find((one) => one.id === id);
    if (same && !same.key.equals(key)) {
      throw new VaultError(
        'key_wrong',
        `ENCRYPTION_KEY and ${file} hold different keys with the id "${id}".`,
        `Give the key in ENCRYPTION_KEY another id.`,
      );
    }
  }
  return new KeyRing(writer, [...others, ...filed.filter(({ id }) => !set.some((one) => one.id === id))]);
}

async function readKeys(file: string): Promise<[NamedKey, ...NamedKey[]] | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw unusable(file, error);
  }
  return parseKeys(text.trim(), file);
}

/** On disk before anything is sealed with it. */
async function makeKey(dataDir: string, file: string): Promise<[NamedKey, ...NamedKey[]]> {
  try {
    await mkdir(dataDir, { recursive: true });
    await makeFileOnce(file, `${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}\n`);
  } catch (error) {
    throw unusable(file, error);
  }
  const keys = await readKeys(file);
  if (keys === null) throw unusable(file, new Error('it vanished'));
  return keys;
}

function unusable(file: string, error: unknown): VaultError {
  return new VaultError(
    'key_file_unusable',
    `The file of the encryption key, ${file}, cannot be used (${errorCode(error) ?? 'unknown reason'}).`,
    'Let this service read and write DATA_DIR, or set ENCRYPTION_KEY.',
  );
}
