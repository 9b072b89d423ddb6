import { ENTRY_KINDS } from '#listening';

export const FORMAT = 'tonearm-library-backup';
/** Another number means that a reader of this one cannot read it. */
export const FORMAT_VERSION = 1;
export const SCHEMA_ID = `urn:${FORMAT}:${FORMAT_VERSION}`;

const text = { type: 'string' };
const id = { type: 'string', minLength: 1 };
/** What is kept in a database, too: without the signs that some cannot keep. */
const named = { type: 'string', maxLength: 10_000, pattern: '^[^\\u0000\\ud800-\\udfff]*$' };
const textOrNull = { type: ['string', 'null'] };
const MOST_ENTRIES = 2 ** 31 - 1;
const count = { type: 'integer', minimum: 0, maximum: MOST_ENTRIES };
const countOrNull = { type: ['integer', 'null'], minimum: 0, maximum: MOST_ENTRIES };
const large = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const largeOrNull = { type: ['integer', 'null'], ...large };
const numberOrNull = { type: ['number', 'null'], minimum: 0 };
const INSTANT = '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$';
const instant = { type: 'string', pattern: INSTANT };
const instantOrNull = { type: ['string', 'null'], pattern: INSTANT };
const STEM = '^(lists|playlists)/[A-Za-z0-9_-]{1,64}';
const jsonFile = { type: 'string', pattern: `${STEM}\\.json$` };
const csvFile = { type: 'string', pattern: `${STEM}\\.csv$` };
const missing = {
  type: ['string', 'null'],
  description: 'Why it has not as many as the provider counts; null when it has, or when the provider does not count.',
};
const total = { ...countOrNull, description: 'How many the provider counts; null when it does not tell.' };
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };

/** An object with exactly these. */
function record(description: string, properties: Record<string, object>) {
  return { description, type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function orNull(name: string) {
  return { oneOf: [{ type: 'null' }, { $ref: `#/$defs/${name}` }] };
}

function listOf(name: string) {
  return { type: 'array', items: { $ref: `#/$defs/${name}` } };
}

const listName = { type: 'string', pattern: '^[a-z0-9_]{1,64}$' };
const order = {
  enum: ['newest', 'chart', 'none'],
  description: 'newest: what was added last comes first. chart: worked out by the provider. none: nothing can be said.',
};

const manifestFacts = {
  format: { const: FORMAT },
  formatVersion: { const: FORMAT_VERSION },
  software: { ...text, description: 'What has written it, with its version.' },
  id,
  name: { ...id, description: 'Of the folder, when it was written.' },
  provider: record('Where the library is.', { id: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' }, name: named }),
  account: record('Whose library it is.', { id: named, name: named }),
  startedAt: instant,
  finishedAt: instant,
  lists: { ...listOf('listFacts'), maxItems: 1_000 },
  playlists: orNull('playlistsFacts'),
  profile: { enum: ['profile.json', null] },
  omissions: {
    type: 'array',
    description: 'What is not in this backup, and why.',
    items: record('Something that is not in it.', { what: text, reason: text }),
  },
};

const playlistFacts = {
  position: { type: 'integer', minimum: 1, description: "In the owner's order, from 1." },
  playlist: orNull('playlistMeta'),
  json: { oneOf: [{ type: 'null' }, jsonFile] },
  csv: { oneOf: [{ type: 'null' }, csvFile] },
  count: { ...countOrNull, description: 'How many entries it has here; null when they could not be read.' },
  total,
  readAt: instantOrNull,
  missing,
};

/** JSON Schema of every JSON document of a backup. `$defs` has them by name. */
export const ARCHIVE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: SCHEMA_ID,
  title: 'Backup of a music library',
  oneOf: [
    { $ref: '#/$defs/manifest' },
    { $ref: '#/$defs/list' },
    { $ref: '#/$defs/playlists' },
    { $ref: '#/$defs/playlist' },
    { $ref: '#/$defs/profile' },
    { $ref: '#/$defs/document' },
  ],
  $defs: {
    manifest: record('manifest.json: what is in a backup.', { ...manifestFacts, files: listOf('file') }),
    listFacts: record('A list, and where it is.', {
      name: listName,
      title: text,
      order,
      json: jsonFile,
      csv: csvFile,
      count,
      total,
      readAt: instant,
      missing,
    }),
    playlistsFacts: record('The playlists of the account together.', {
      json: { const: 'playlists.json' },
      count: { ...count, description: 'How many there are, those included whose entries could not be read.' },
      unread: { ...count, description: 'Of how many the entries could not be read.' },
      entries: { ...count, description: 'How many entries all of them have here.' },
      total,
      readAt: instant,
      missing,
    }),
    file: record('A file of the backup.', {
      path: {
        type: 'string',
        pattern: `${STEM}\\.(json|csv)$|^(README\\.txt|schema\\.json|profile\\.json|playlists\\.json)$`,
      },
      bytes: { type: 'integer', ...large },
      sha256,
    }),
    list: record('lists/*.json', { list: listName, title: text, order, entries: listOf('entry') }),
    playlists: record('playlists.json', { playlists: listOf('playlistFacts') }),
    playlistFacts: record('A playlist, and where its entries are.', playlistFacts),
    playlistMeta: record(
      'What a playlist says of itself; null where the provider lists one and tells nothing about it.',
      {
        id,
        uri: text,
        name: text,
        description: text,
        owner: record('Whose it is.', { id: text, name: text }),
        isPublic: { type: ['boolean', 'null'] },
        isCollaborative: { type: 'boolean' },
        version: { ...text, description: 'Another one after every change of its entries.' },
        total: { ...largeOrNull, description: total.description },
        url: textOrNull,
      },
    ),
    playlist: record('playlists/*.json', { playlist: id, entries: listOf('entry') }),
    entry: record('One line of a list. What is null is not told by the provider.', {
      kind: { enum: [...ENTRY_KINDS], description: 'local: a file of the owner. gone: no longer in the catalogue.' },
      uri: { ...textOrNull, description: "The provider's own name for it." },
      name: text,
      artists: { type: 'array', items: text },
      album: textOrNull,
      isrc: textOrNull,
      upc: textOrNull,
      durationMs: { ...numberOrNull, description: 'Milliseconds.' },
      releaseDate: { ...textOrNull, description: '1973, 1973-05 or 1973-05-01.' },
      url: textOrNull,
      addedAt: instantOrNull,
      addedBy: textOrNull,
      playcount: largeOrNull,
    }),
    profile: record('profile.json', {
      name: text,
      displayName: text,
      url: textOrNull,
      imageUrl: textOrNull,
      playcount: largeOrNull,
      artistCount: largeOrNull,
      trackCount: largeOrNull,
      albumCount: largeOrNull,
      registeredAt: instantOrNull,
    }),
    document: record('A whole backup in one document.', {
      backup: record('The manifest without the list of files.', manifestFacts),
      profile: orNull('profile'),
      lists: listOf('list'),
      playlists: {
        type: 'array',
        items: record('A playlist with its entries, which are null when they could not be read.', {
          ...playlistFacts,
          entries: { oneOf: [{ type: 'null' }, listOf('entry')] },
        }),
      },
    }),
  },
};
