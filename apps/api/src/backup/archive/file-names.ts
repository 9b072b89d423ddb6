import { createHash } from 'node:crypto';

const SAFE = /^[A-Za-z0-9_-]{1,64}$/;

export const MANIFEST = 'manifest.json';
/** Holds the checksum of the manifest, which holds those of all others. */
export const MANIFEST_SUM = 'manifest.sha256';
export const SCHEMA = 'schema.json';
export const README = 'README.txt';
export const PROFILE = 'profile.json';
export const PLAYLISTS = 'playlists.json';

/** Where a list or the entries of a playlist are. */
export interface EntryFiles {
  json: string;
  csv: string;
}

export function listFiles(name: string): EntryFiles {
  if (!SAFE.test(name)) throw new Error('The name of a list cannot be that of a file.');
  return { json: `lists/${name}.json`, csv: `lists/${name}.csv` };
}

/** Gives every playlist files of its own, also where the disk takes capitals for small letters. */
export class PlaylistFileNames {
  private readonly given = new Map<string, EntryFiles>();
  private readonly taken = new Set<string>();

  /** The same for the same id. */
  for(id: string): EntryFiles {
    const before = this.given.get(id);
    if (before) return before;
    let stem = SAFE.test(id) ? id : hash(id);
    while (this.taken.has(stem.toLowerCase())) stem = hash(`${stem} ${id}`);
    this.taken.add(stem.toLowerCase());
    const files = { json: `playlists/${stem}.json`, csv: `playlists/${stem}.csv` };
    this.given.set(id, files);
    return files;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
