/**
 * Why a sealed text or a key cannot be used. The list is closed.
 *
 * - `key_malformed`: ENCRYPTION_KEY or the key file is not what it should be.
 * - `key_file_unusable`: the key file cannot be read or made.
 * - `key_unknown`: the text was sealed with a key that is not there.
 * - `key_wrong`: a key has the id of another one.
 * - `key_missing`: rows are sealed with a key that is not there.
 * - `envelope_malformed`: not a sealed text at all.
 * - `envelope_tampered`: not what was sealed, or not where it was put.
 */
export type VaultErrorCode =
  | 'key_malformed'
  | 'key_file_unusable'
  | 'key_unknown'
  | 'key_wrong'
  | 'key_missing'
  | 'envelope_malformed'
  | 'envelope_tampered';

/**
 * A fault of the vault. `message` is the cause, `remedy` what a person can do; neither holds a key, a token or a sealed
 * text.
 */
export class VaultError extends Error {
  override readonly name = 'VaultError';

  constructor(
    readonly code: VaultErrorCode,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
