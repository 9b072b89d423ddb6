import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LibraryEntry, LibraryList, LibraryPlaylist, Profile } from '#listening';
import { ARCHIVE_SCHEMA, SCHEMA_ID, type FORMAT, type FORMAT_VERSION } from './schema.js';

/** Something that is not in a backup, and why. */
export interface ArchivedOmission {
  /** A list, or a playlist by its name. */
  what: string;
  reason: string;
}

/** A list of a backup. */
export interface ArchivedList extends Pick<LibraryList, 'name' | 'title' | 'order'> {
  /** Its files, within the backup. */
  json: string;
  csv: string;
  count: number;
  /** As the upstream counts; null when it does not tell. */
  total: number | null;
  readAt: Date;
  /** Why it has not as many as the upstream counts. */
  missing: string | null;
}

/** The playlists together. */
export interface ArchivedPlaylists {
  json: 'playlists.json';
  count: number;
  /** Of how many the entries could not be read. */
  unread: number;
  /** How many entries all of them have here. */
  entries: number;
  total: number | null;
  readAt: Date;
  missing: string | null;
}

/** A playlist of a backup. */
export interface ArchivedPlaylist {
  /** In the owner's order, from 1. */
  position: number;
  /** Null for one that the upstream lists and tells nothing about. */
  playlist: LibraryPlaylist | null;
  /** Its files, within the backup; null when its entries could not be read. */
  json: string | null;
  csv: string | null;
  count: number | null;
  /** As the upstream counted when it was read; null when it does not tell. */
  total: number | null;
  /** Null when its entries could not be read. */
  readAt: Date | null;
  /** Why it has not as many entries as the upstream counts. */
  missing: string | null;
}

/** What a backup says of itself. */
export interface Manifest {
  format: typeof FORMAT;
  formatVersion: typeof FORMAT_VERSION;
  /** What has written it, with its version. */
  software: string;
  id: string;
  name: string;
  provider: { id: string; name: string };
  account: { id: string; name: string };
  startedAt: Date;
  finishedAt: Date;
  lists: ArchivedList[];
  /** Null when playlists were not asked for. */
  playlists: ArchivedPlaylists | null;
  profile: 'profile.json' | null;
  omissions: ArchivedOmission[];
}

/** A file of a backup. */
export interface ArchivedFile {
  /** Within the backup. */
  path: string;
  bytes: number;
  sha256: string;
}

/** A document as it is written: times are ISO 8601. */
type Written<Document> = {
  [Property in keyof Document]: Document[Property] extends Date
    ? string
    : Document[Property] extends Date | null
      ? string | null
      : Document[Property];
};

export interface ManifestDocument extends Omit<Written<Manifest>, 'lists' | 'playlists'> {
  lists: Written<ArchivedList>[];
  playlists: Written<ArchivedPlaylists> | null;
  files: ArchivedFile[];
}

export type PlaylistDocument = Written<ArchivedPlaylist>;
export type EntryDocument = Written<LibraryEntry>;
export type ProfileDocument = Written<Profile>;

export interface ListHead extends Pick<LibraryList, 'title' | 'order'> {
  list: string;
  entries: [];
}

export interface PlaylistHead {
  playlist: string;
  entries: [];
}

export interface PlaylistsHead {
  playlists: [];
}

let compiler: Ajv2020 | undefined;

/** Compiling takes a while, and most processes never read a backup. */
function compile<Document>(name: string): ValidateFunction<Document> {
  compiler ??= definitions();
  return compiler.compile<Document>({ $ref: `${SCHEMA_ID}#/$defs/${name}` });
}

function definitions(): Ajv2020 {
  // The schema is our own, and held against that of schemas by a test: here that would take as long as all of the rest.
  const trusted = { meta: false, validateSchema: false };
  // The optimizer takes as long as compiling itself, and what it makes of this schema is no quicker.
  const compiler = new Ajv2020({ allowUnionTypes: true, code: { optimize: false }, ...trusted });
  const { $id, $defs } = ARCHIVE_SCHEMA;
  // Whoever asks for one definition of a schema compiles what stands beside the definitions, too.
  return compiler.addSchema({ $id, $defs });
}

/** Holds what was read against the published schema. */
export class DocumentGuard<Document> {
  private validate: ValidateFunction<Document> | undefined;

  /** @param name of the definition in the schema */
  constructor(private readonly name: string) {}

  accepts(value: unknown): value is Document {
    this.validate ??= compile<Document>(this.name);
    return this.validate(value);
  }

  /** What was wrong with the last one that was not accepted. */
  get fault(): string {
    const error = this.validate?.errors?.[0];
    return error ? `${error.instancePath || 'it'} ${error.message ?? error.keyword}` : 'nothing';
  }
}

export const MANIFEST_GUARD = new DocumentGuard<ManifestDocument>('manifest');
export const LIST_GUARD = new DocumentGuard<ListHead>('list');
export const PLAYLIST_GUARD = new DocumentGuard<PlaylistHead>('playlist');
export const PLAYLISTS_GUARD = new DocumentGuard<PlaylistsHead>('playlists');
export const PLAYLIST_FACTS_GUARD = new DocumentGuard<PlaylistDocument>('playlistFacts');
export const ENTRY_GUARD = new DocumentGuard<EntryDocument>('entry');
export const PROFILE_GUARD = new DocumentGuard<ProfileDocument>('profile');
