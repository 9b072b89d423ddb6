import type { LibraryEntry, LibraryPlaylist } from '#listening';
import { fieldOf } from '../field-of.js';
import { type ArchivedOmission, ENTRY_GUARD } from './archive/documents.js';
import { entryFrom } from './archive/entry-document.js';
import type { Finding } from './archive/verify.js';

/** Why a backup is paused or has failed, for whoever asks. */
export interface Trouble {
  code: string;
  detail: string;
  remedy: string;
}

/** Whose library a backup is of. */
export interface Account {
  /** The upstream's own, the same for ever. */
  id: string;
  /** For people. */
  name: string;
}

/** The list that was read last. */
export interface Progress {
  list: string;
  /** Entries. */
  done: number;
  /** Null when the upstream does not tell. */
  total: number | null;
}

/** What is not in a backup, as the owner is told. */
export interface Omission extends ArchivedOmission {
  /** What the owner can do about it; null when nothing. */
  remedy: string | null;
  /** Whether it should be there, and may be in the next backup. */
  isPassing: boolean;
}

/** What has come of a backup. */
export interface Summary {
  /** Entries by list; playlists count as one list of playlists. */
  counts: Readonly<Record<string, number>>;
  /** Names of those in `counts` of which something may lack. */
  lacking: readonly string[];
  omissions: readonly Omission[];
  /** On disk, all files counted whole. */
  bytes: number;
  findings: readonly Finding[];
  /** When its files were looked through last. */
  verifiedAt: Date | null;
}

/** What belongs to a list that needs no more reading. */
export interface Detail {
  /** The name of the earlier backup that it is carried over from. */
  from: string | null;
  omission: Omission | null;
  playlist: LibraryPlaylist | null;
}

/** The columns of JSON are written by this service, by this version or another: what is not understood is as if it were not there. */
export function parseTrouble(value: unknown): Trouble | null {
  const [code, detail, remedy] = [text(value, 'code'), text(value, 'detail'), text(value, 'remedy')];
  return code === null || detail === null || remedy === null ? null : { code, detail, remedy };
}

export function parseAccount(value: unknown): Account | null {
  const [id, name] = [text(value, 'id'), text(value, 'name')];
  return id === null || name === null ? null : { id, name };
}

export function parseProgress(value: unknown): Progress | null {
  const [list, done] = [text(value, 'list'), count(value, 'done')];
  return list === null || done === null ? null : { list, done, total: count(value, 'total') };
}

export function parseSummary(value: unknown): Summary | null {
  const bytes = count(value, 'bytes');
  if (bytes === null) return null;
  const said = fieldOf(value, 'counts');
  const counts = Object.fromEntries(
    Object.entries(typeof said === 'object' && said !== null ? said : {}).filter(
      (pair): pair is [string, number] => typeof pair[1] === 'number',
    ),
  );
  const omissions = all(value, 'omissions', parseOmission);
  // The version before this one did not tell which: then it may be each.
  const mayLack = omissions.some(({ isPassing }) => isPassing) ? Object.keys(counts) : [];
  const isTold = fieldOf(value, 'lacking') !== undefined;
  const verifiedAt = text(value, 'verifiedAt');
  return {
    bytes,
    counts,
    lacking: isTold ? all(value, 'lacking', (name) => (typeof name === 'string' ? name : null)) : mayLack,
    omissions,
    findings: all(value, 'findings', (finding) => {
      const [file, what] = [text(finding, 'file'), text(finding, 'what')];
      return file === null || what === null ? null : { file, what };
    }),
    verifiedAt: verifiedAt === null ? null : new Date(verifiedAt),
  };
}

export function parseDetail(value: unknown): Detail {
  return {
    from: text(value, 'from'),
    omission: parseOmission(fieldOf(value, 'omission')),
    playlist: parsePlaylist(fieldOf(value, 'playlist')),
  };
}

export function parsePlaylist(value: unknown): LibraryPlaylist | null {
  const [id, uri, name, version] = [text(value, 'id'), text(value, 'uri'), text(value, 'name'), text(value, 'version')];
  const owner = fieldOf(value, 'owner');
  const isPublic = fieldOf(value, 'isPublic');
  if (id === null || uri === null || name === null || version === null) return null;
  return {
    id,
    uri,
    name,
    version,
    description: text(value, 'description') ?? '',
    owner: { id: text(owner, 'id') ?? '', name: text(owner, 'name') ?? '' },
    isPublic: typeof isPublic === 'boolean' ? isPublic : null,
    isCollaborative: fieldOf(value, 'isCollaborative') === true,
    total: count(value, 'total'),
    url: text(value, 'url'),
  };
}

/** An entry of a kept page. @throws Error for what another version has kept */
export function keptEntry(value: unknown): LibraryEntry {
  if (ENTRY_GUARD.accepts(value)) return entryFrom(value);
  throw new Error('A kept page has an entry that this version cannot read.');
}

function parseOmission(value: unknown): Omission | null {
  const [what, reason] = [text(value, 'what'), text(value, 'reason')];
  if (what === null || reason === null) return null;
  return { what, reason, remedy: text(value, 'remedy'), isPassing: fieldOf(value, 'isPassing') === true };
}

function text(value: unknown, name: string): string | null {
  const found = fieldOf(value, name);
  return typeof found === 'string' ? found : null;
}

function count(value: unknown, name: string): number | null {
  const found = fieldOf(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}

function all<T>(value: unknown, name: string, parse: (entry: unknown) => T | null): T[] {
  const found = fieldOf(value, name);
  return Array.isArray(found) ? found.map(parse).filter((entry) => entry !== null) : [];
}
