import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  ENTRY_KINDS,
  type LibraryEntry,
  type LibraryPage,
  type LibraryReads,
  PLAYLIST_PAGE,
  type ProviderErrorCode,
  type ReadOptions,
} from '../index.js';
import { failure, isCountOrNull, isDateOrNull, isUrlOrNull } from './checks.js';
import { type Clause, type ContractSubject, type Situation, situationsOf } from './subject.js';

type Ask<Entry> = (at: string | null) => Promise<LibraryPage<Entry>>;

/** All entries of a list, part by part. */
async function whole<Entry>(ask: Ask<Entry>, what: string): Promise<{ entries: Entry[]; parts: LibraryPage<Entry>[] }> {
  const parts: LibraryPage<Entry>[] = [];
  for (let at: string | null = null, asked = new Set<string>(); ;) {
    const part: LibraryPage<Entry> = await ask(at);
    parts.push(part);
    if (part.next === null) break;
    assert(!asked.has(part.next), `${what}: goes round in a circle`);
    asked = asked.add(part.next);
    at = part.next;
  }
  return { entries: parts.flatMap(({ entries }) => entries), parts };
}

/** Parts of so many entries, and together as many as the upstream counts. */
async function checkParts<Entry>(ask: Ask<Entry>, pageSize: number, what: string): Promise<Entry[]> {
  const { entries, parts } = await whole(ask, what);
  for (const part of parts.slice(0, -1)) assert.equal(part.entries.length, pageSize, `${what}: a part is not full`);
  for (const { total } of parts)
    assert(total === null || total === entries.length, `${what}: entries and total differ`);
  return entries;
}

/** Any part, asked for at once, is what it was when its turn came. */
async function checkOffsets<Entry>(ask: Ask<Entry>, pageSize: number, what: string): Promise<void> {
  const { entries } = await whole(ask, what);
  // Backwards, which whoever remembers where it was would not survive.
  for (let from = pageSize * Math.floor((entries.length - 1) / pageSize); from >= 0; from -= pageSize) {
    const { entries: part } = await ask(String(from));
    assert.deepEqual(part, entries.slice(from, from + pageSize), `${what}: the part after ${from} entries`);
  }
}

function checkEntry(entry: LibraryEntry, what: string): void {
  const text = `${what}: ${inspect(entry)}`;
  assert(ENTRY_KINDS.includes(entry.kind), text);
  assert(entry.uri === null || /^\w+:\S+$/.test(entry.uri), text);
  assert(entry.name !== '' || entry.kind === 'gone' || entry.kind === 'local', text);
  assert(
    entry.artists.every((artist) => artist !== ''),
    text,
  );
  assert(entry.album !== '' && entry.addedBy !== '', text);
  assert(entry.isrc === null || /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.test(entry.isrc), text);
  assert(entry.upc === null || /^\d{8,14}$/.test(entry.upc), text);
  // Less than a second would be a length in seconds.
  assert(entry.durationMs === null || (Number.isSafeInteger(entry.durationMs) && entry.durationMs >= 1000), text);
  assert(entry.releaseDate === null || /^(?!0000)\d{4}(-\d\d){0,2}$/.test(entry.releaseDate), text);
  assert(isUrlOrNull(entry.url) && isDateOrNull(entry.addedAt) && isCountOrNull(entry.playcount), text);
}

/** The library of a subject on an ordinary day; null for one without. */
async function libraryOf({ provider, stage }: ContractSubject): Promise<LibraryReads | null> {
  await stage('playing');
  return provider.library;
}

/** Every way to ask this library something, about a playlist that there is. */
async function readsOf(subject: ContractSubject): Promise<[string, (options?: ReadOptions) => Promise<unknown>][]> {
  const library = await libraryOf(subject);
  const shape = subject.definition.library;
  if (!shape || !library) return [];
  const reads: Awaited<ReturnType<typeof readsOf>> = shape.lists.map(({ name }) => [
    name,
    (options) => library.list(name, null, options),
  ]);
  if (!shape.hasPlaylists) return reads;
  const { entries } = await library.playlists(null);
  const id = entries.find((playlist) => playlist !== null)?.id ?? '';
  return reads.concat([
    ['playlists', (options) => library.playlists(null, options)],
    ['playlistEntries', (options) => library.playlistEntries(id, null, options)],
    ['playlistVersion', (options) => library.playlistVersion(id, options)],
  ]);
}

/** How a read ends in the situations in which none is good. */
const FAILURES: readonly [Situation, ProviderErrorCode][] = [
  ['rate_limited', 'upstream_rate_limited'],
  ['down', 'upstream_error'],
  ['html', 'upstream_error'],
  ['truncated', 'upstream_error'],
  ['hang', 'upstream_timeout'],
  ['expired', 'reauthorization_required'],
  ['revoked', 'reauthorization_required'],
];

/** What is promised of the library of a provider; without one all of it holds. */
export const LIBRARY_CLAUSES: readonly Clause[] = [
  {
    name: 'library: is there as far as the definition says, with well formed names that differ',
    // eslint-disable-next-line @typescript-eslint/require-await -- like every clause, it rejects and does not throw
    async check({ definition: { library: shape }, provider }) {
      assert.equal(provider.library === null, shape === null, 'reads without a shape, or the reverse');
      assert.equal(provider.libraryWrites === null, (shape?.writes ?? null) === null, 'writes, or none, as declared');
      if (!shape) return;
      const names = shape.lists.map(({ name }) => name);
      for (const { name, title, order, days, pageSize } of shape.lists) {
        assert.match(name, /^[a-z][a-z0-9_]*$/);
        assert.notEqual(title.trim(), '', name);
        assert(Number.isSafeInteger(pageSize) && pageSize > 0, `${name}: parts of ${pageSize}`);
        const isOfDays = order === 'chart' && Number.isSafeInteger(days) && Number(days) > 0;
        assert(days === undefined || isOfDays, `${name}: of ${days} days`);
      }
      assert.equal(new Set(names).size, names.length, 'each list has a name of its own');
      for (const name of shape.writes?.lists ?? []) assert(names.includes(name), `${name} can be written, not read`);
    },
  },
  {
    name: 'library: lists go on part by part to their totals, and say nothing twice',
    async check(subject) {
      const library = await libraryOf(subject);
      for (const { name, order, pageSize } of subject.definition.library?.lists ?? []) {
        if (!library) continue;
        const ask: Ask<LibraryEntry> = (at) => library.list(name, at);
        if (order === 'chart') {
          const { entries, next, total } = await ask(null);
          assert(entries.length > 0 && entries.length <= pageSize, `${name}: ${entries.length} entries`);
          assert(next === null, `${name}: one part of it is all`);
          assert(isCountOrNull(total) && (total ?? Infinity) >= entries.length, `${name}: total ${inspect(total)}`);
          continue;
        }
        const entries = await checkParts(ask, pageSize, name);
        assert(entries.length > 0, `${name}: nothing to be seen`);
        const uris = entries.flatMap(({ uri }) => uri ?? []);
        assert.equal(new Set(uris).size, uris.length, `${name}: something stands there twice`);
        const days = entries.flatMap(({ addedAt }) => addedAt?.getTime() ?? []);
        if (order === 'newest')
          assert.deepEqual(
            days,
            days.toSorted((a, b) => b - a),
            `${name}: the newest comes first`,
          );
      }
    },
  },
  {
    name: 'library: any part of a list can be asked for at once, by offset or by what comes before it',
    async check(subject) {
      const library = await libraryOf(subject);
      if (!library) return;
      for (const { name, pageSize, byOffset, partAfter } of subject.definition.library?.lists ?? []) {
        const ask: Ask<LibraryEntry> = (at) => library.list(name, at);
        if (byOffset) await checkOffsets(ask, pageSize, name);
        if (!partAfter) continue;
        const { parts } = await whole(ask, name);
        for (const { entries, next } of parts.slice(0, -1)) {
          const last = entries.at(-1);
          assert.equal(last && partAfter(last), next, `${name}: where a part begins`);
        }
      }
      if (!subject.definition.library?.hasPlaylists) return;
      await checkOffsets((at) => library.playlists(at), PLAYLIST_PAGE, 'playlists');
      const { entries } = await library.playlists(null);
      const longest = entries.toSorted((a, b) => (b?.total ?? 0) - (a?.total ?? 0)).at(0);
      assert(longest, 'no playlist');
      await checkOffsets((at) => library.playlistEntries(longest.id, at), PLAYLIST_PAGE, longest.name);
    },
  },
  {
    name: 'library: entries are in our shape',
    async check(subject) {
      const library = await libraryOf(subject);
      for (const { name } of subject.definition.library?.lists ?? []) {
        const { entries = [] } = (await library?.list(name, null)) ?? {};
        for (const entry of entries) checkEntry(entry, name);
      }
    },
  },
  {
    name: 'library: playlists have as many entries as they say, dead and local ones too, in our shape',
    async check(subject) {
      const library = await libraryOf(subject);
      if (!library || !subject.definition.library?.hasPlaylists) return;
      const playlists = await checkParts((at) => library.playlists(at), PLAYLIST_PAGE, 'playlists');
      const known = playlists.filter((playlist) => playlist !== null);
      assert(known.length > 0, 'no playlist');
      assert.equal(new Set(known.map(({ id }) => id)).size, known.length, 'a playlist stands there twice');
      for (const playlist of known) {
        const { id, uri, name, version, total, url } = playlist;
        assert(id !== '' && uri !== '' && version !== '' && isUrlOrNull(url), inspect(playlist));
        // Somebody else's: it need neither say how many it has nor let anybody see them.
        if (total === null) continue;
        const ask: Ask<LibraryEntry> = (at) => library.playlistEntries(id, at);
        const refused = await ask(null).then(
          () => null,
          () => failure(subject, ask(null)),
        );
        if (refused) {
          assert.equal(refused.code, 'forbidden', name);
          continue;
        }
        const entries = await checkParts(ask, PLAYLIST_PAGE, name);
        assert.equal(entries.length, total, `${name}: not as many as it says`);
        for (const entry of entries) checkEntry(entry, name);
        assert.equal(await library.playlistVersion(id), version, `${name}: another version though nothing changed`);
      }
    },
  },
  {
    name: 'library: what it does not have rejects with not_supported',
    async check(subject) {
      const library = await libraryOf(subject);
      if (!library) return;
      const asked = [() => library.list('no_such_list', null)];
      for (const { name, byOffset } of subject.definition.library?.lists ?? []) {
        if (byOffset) asked.push(...['-1', '1', 'x'].map((at) => () => library.list(name, at)));
      }
      for (const ask of asked) assert.equal((await failure(subject, ask())).code, 'not_supported');
      if (subject.definition.library?.hasPlaylists) return;
      for (const ask of [
        () => library.playlists(null),
        () => library.playlistEntries('1', null),
        () => library.playlistVersion('1'),
      ]) {
        assert.equal((await failure(subject, ask())).code, 'not_supported');
      }
    },
  },
  {
    name: 'library: fails as every read does',
    async check(subject) {
      const reads = await readsOf(subject);
      for (const [situation, code] of FAILURES) {
        if (!situationsOf(subject).includes(situation)) continue;
        await subject.stage(situation);
        const check = async ([name, read]: (typeof reads)[number]): Promise<void> => {
          assert.equal((await failure(subject, read())).code, code, `${name}, ${situation}`);
        };
        // Where each of them takes all the time that it may they do so side by side; elsewhere none may take the others' time.
        if (code === 'upstream_timeout') await Promise.all(reads.map(check));
        else for (const read of reads) await check(read);
      }
    },
  },
  {
    name: 'library: a read that is given up rejects at once with upstream_timeout',
    async check(subject) {
      const reads = await readsOf(subject);
      await subject.stage('hang');
      for (const [name, read] of reads) {
        const controller = new AbortController();
        const reading = read({ signal: controller.signal });
        controller.abort();
        // Far less than the time after which the provider would have given up by itself.
        const impatient = { ...subject, patienceMs: subject.patienceMs / 10 };
        assert.equal((await failure(impatient, reading)).code, 'upstream_timeout', name);
      }
    },
  },
];
