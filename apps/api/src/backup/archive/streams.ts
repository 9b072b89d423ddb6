import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Archive } from './archive.js';
import {
  ENTRY_GUARD,
  LIST_GUARD,
  PLAYLIST_FACTS_GUARD,
  PLAYLIST_GUARD,
  PLAYLISTS_GUARD,
  type DocumentGuard,
} from './documents.js';
import { MANIFEST, MANIFEST_SUM, README } from './file-names.js';
import { readItems } from './line-document.js';
import { chunks } from './lines.js';
import { manifestDocument } from './manifest-document.js';
import { statOwnFile } from './own-file.js';

/** So much text goes out at once. */
const CHUNK = 64 * 1024;

/** All files in one .tar.gz. Fails with an `ArchiveError` when one of them cannot be read. */
export function archiveStream(archive: Archive): Readable {
  const packed = pack();
  const zipped = createGzip();
  // A reader that goes away destroys the one, and a file that fails the other; either ends both.
  pipeline(packed, zipped).catch((error: unknown) => {
    zipped.destroy(asError(error));
  });
  packFiles(archive, packed).catch((error: unknown) => {
    packed.destroy(asError(error));
  });
  return zipped;
}

async function packFiles(archive: Archive, packed: ReturnType<typeof pack>): Promise<void> {
  const paths = (await archive.files()).map(({ path }) => path).filter((path) => path !== README);
  for (const path of [README, MANIFEST, MANIFEST_SUM, ...paths]) {
    const { size, mtime } = await statOwnFile(archive.path, path);
    const entry = packed.entry({ name: `${archive.name}/${path}`, size, mtime, mode: 0o600 });
    await pipeline(chunks(archive.path, path), entry);
  }
  packed.finalize();
}

/** All of a backup in one JSON document, the `document` of the schema. Fails with an `ArchiveError`. */
export function documentStream(archive: Archive): Readable {
  return Readable.from(inChunks(document(archive)), { objectMode: false });
}

async function* document(archive: Archive): AsyncGenerator<string> {
  const { manifest } = archive;
  yield `{"backup":${JSON.stringify(manifestDocument(manifest))},\n`;
  yield `"profile":${JSON.stringify(await archive.profile())},\n"lists":[`;
  for (const [index, { name, title, order, json }] of manifest.lists.entries()) {
    yield `${index === 0 ? '' : ','}\n${JSON.stringify({ list: name, title, order }).slice(0, -1)},"entries":`;
    yield* entries(archive, json, LIST_GUARD);
    yield '}';
  }
  yield '],\n"playlists":[';
  if (manifest.playlists) {
    const file = {
      folder: archive.path,
      file: manifest.playlists.json,
      head: PLAYLISTS_GUARD,
      item: PLAYLIST_FACTS_GUARD,
    };
    for await (const { item, json } of readItems(file)) {
      yield `${item.position === 1 ? '' : ','}\n${json.slice(0, -1)},"entries":`;
      if (item.json === null) yield 'null';
      else yield* entries(archive, item.json, PLAYLIST_GUARD);
      yield '}';
    }
  }
  yield ']}\n';
}

async function* entries<Head>(archive: Archive, file: string, head: DocumentGuard<Head>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const { json } of readItems({ folder: archive.path, file, head, item: ENTRY_GUARD })) {
    yield `${before}${json}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]' : ']';
}

async function* inChunks(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let length = 0;
  for await (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (length < CHUNK) continue;
    yield Buffer.from(waiting.join(''));
    waiting = [];
    length = 0;
  }
  yield Buffer.from(waiting.join(''));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
