import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeSynced } from '#database';
import { errorCode } from './error-code.js';
import type { Landing } from './refresh-attempts.js';
import type { Place, TokenVault } from './token-vault.js';

/** Name of the folder in DATA_DIR. */
export const SPOOL_FOLDER = 'token-landings';
const ENDING = '.sealed';

/** Tokens that could not be brought into the database, in files that outlive the process: mode 0600, sealed, synced. */
export class LandingSpool {
  private readonly folder: string;

  constructor(
    dataDir: string,
    private readonly vault: TokenVault,
  ) {
    this.folder = join(dataDir, SPOOL_FOLDER);
  }

  /** On the disk when this resolves. */
  async write(landing: Landing): Promise<void> {
    const { id, provider } = landing.grant;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, `${id}.${landing.fence}${ENDING}`);
    const draft = `${file}.${randomUUID()}`;
    try {
      await writeSynced(draft, [provider, this.vault.seal(JSON.stringify(landing), placeOf(id, provider))].join('\n'));
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncFolder(this.folder);
  }

  /** Files with a landing, the oldest claim of a grant first. */
  async files(): Promise<string[]> {
    try {
      const names = await readdir(this.folder);
      return names.filter((name) => name.endsWith(ENDING)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /**
   * @param name one of `files()`
   * @returns `gone` when another process has taken it away since; null when it holds no landing
   * @throws VaultError when it does not open
   */
  async read(name: string): Promise<Landing | 'gone' | null> {
    let text: string;
    try {
      text = await readFile(join(this.folder, name), 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 'gone';
      throw error;
    }
    const [provider = '', sealed = ''] = text.split('\n');
    const [id = ''] = name.split('.');
    return landingIn(JSON.parse(this.vault.open(sealed, placeOf(id, provider))));
  }

  /** Gone already is as good. */
  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }
}

function placeOf(row: string, provider: string): Place {
  return { table: SPOOL_FOLDER, row, column: 'landing', provider };
}

function landingIn(value: unknown): Landing | null {
  const grant = fieldOf(value, 'grant');
  const [id, provider] = [fieldOf(grant, 'id'), fieldOf(grant, 'provider')];
  const [version, fence, expiresIn] = [fieldOf(value, 'version'), fieldOf(value, 'fence'), fieldOf(value, 'expiresIn')];
  const [accessToken, refreshToken] = [fieldOf(value, 'accessToken'), fieldOf(value, 'refreshToken')];
  const [previous, usedHash] = [fieldOf(value, 'previousRefreshToken'), fieldOf(value, 'usedHash')];
  const claimedAt = fieldOf(value, 'claimedAt');
  if (typeof id !== 'string' || typeof provider !== 'string' || typeof claimedAt !== 'string') return null;
  if (typeof version !== 'number' || typeof fence !== 'number' || typeof expiresIn !== 'number') return null;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || typeof usedHash !== 'string') return null;
  if (typeof previous !== 'string' && previous !== null) return null;
  return {
    grant: { id, provider },
    version,
    fence,
    claimedAt: new Date(claimedAt),
    accessToken,
    expiresIn,
    refreshToken,
    previousRefreshToken: previous,
    usedHash,
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
