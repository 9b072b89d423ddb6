import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { LibraryEntry, LibraryPlaylist, LibraryReads, LibraryWrites } from '#listening';
import { failureOf } from '#listening/testing';
import { PROVIDERS, type Provider } from '#providers';
import { startSandbox } from '../../apps/sandbox/src/sandbox.js';
import { testKits } from './found-providers.js';
import { subjectInSandbox } from './subject-in-sandbox.js';

const sandbox = await startSandbox({ port: 0, seed: 11, clock: Date.now });
const kit = (await testKits()).get('spotify');
const provider: Provider | undefined = PROVIDERS.find(({ id }) => id === 'spotify');
if (!kit || !provider) throw new Error('There is no Spotify.');
const subject = subjectInSandbox(provider, kit, sandbox);

afterAll(async () => {
  await subject.close();
  await sandbox.close();
});

function roomOf(): { reads: LibraryReads; writes: LibraryWrites } {
  const { library: reads, libraryWrites: writes } = subject.provider;
  if (!reads || !writes) throw new Error('Spotify has a library.');
  return { reads, writes };
}

const { reads, writes } = roomOf();

async function control(method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${sandbox.url}/control/spotify/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** A library as it is at the beginning, small enough for one part of most lists. */
beforeEach(async () => {
  await control('PUT', 'switches', { mode: 'dev2026' });
  await control('PUT', 'library', { tracks: 60, playlists: 12, playlistItems: 120 });
});

async function playlists(): Promise<LibraryPlaylist[]> {
  return (await reads.playlists(null)).entries.filter((playlist) => playlist !== null);
}

/** The listener's own, with so many entries at least. */
async function ownPlaylist(entries: number): Promise<LibraryPlaylist> {
  const [own] = await playlists();
  if (!own || (own.total ?? 0) < entries) throw new Error('The first playlist is the longest, and their own.');
  return own;
}

async function entriesOf(id: string): Promise<LibraryEntry[]> {
  const found: LibraryEntry[] = [];
  for (let at: string | null = '0'; at !== null;) {
    const { entries, next }: Awaited<ReturnType<LibraryReads['playlistEntries']>> = await reads.playlistEntries(id, at);
    found.push(...entries);
    at = next;
  }
  return found;
}

function urisOf(entries: readonly LibraryEntry[]): string[] {
  return entries.flatMap(({ uri }) => uri ?? []);
}

describe('a library is the same in every shape of the Web API', () => {
  it.each(['extended', 'legacy'])('%s', async (mode) => {
    const own = await ownPlaylist(120);
    const lists = ['tracks', 'albums', 'episodes', 'artists'];
    const before = await Promise.all(lists.map((list) => reads.list(list, null)));
    const contents = await reads.playlistEntries(own.id, null);
    await control('PUT', 'switches', { mode });
    // Publishers are told only to some, and who publishes an episode stands among its makers.
    const withoutMakers = (entries: readonly LibraryEntry[]) =>
      entries.map((entry) => (['episode', 'gone'].includes(entry.kind) ? { ...entry, artists: [] } : entry));
    for (const [index, list] of lists.entries()) {
      const { entries } = await reads.list(list, null);
      expect(withoutMakers(entries)).toEqual(before[index]?.entries);
    }
    const { entries } = await reads.playlistEntries(own.id, null);
    expect(withoutMakers(entries)).toEqual(contents.entries);
  });
});

it('dead episodes, dead entries, files of their own and episodes are told apart, each in its place', async () => {
  const { entries } = await reads.list('episodes', null);
  expect(entries.filter(({ kind }) => kind === 'gone').length).toBeGreaterThan(0);
  const own = await ownPlaylist(120);
  const all = await entriesOf(own.id);
  expect(all).toHaveLength(120);
  expect(all.map(({ kind }) => kind).filter((kind, index) => kind !== 'track' || index % 60 === 21)).toContain('gone');
  expect([all[21]?.kind, all[13]?.kind, all[31]?.kind]).toEqual(['gone', 'local', 'episode']);
  expect(all[31]?.album).not.toBeNull();
  expect(all[0]).toMatchObject({ addedAt: null, addedBy: null });
  expect(all[1]?.addedBy).toBe(own.owner.id);
});

it("somebody else's playlist keeps its name, and its entries are forbidden", async () => {
  const others = (await playlists()).filter(({ owner, isCollaborative }) => owner.name !== 'Ada' && !isCollaborative);
  const codes: string[] = [];
  for (const { id, name } of others) {
    expect(name).not.toBe('');
    const outcome = await reads.playlistEntries(id, null).catch((error: unknown) => error);
    if (outcome instanceof Error) codes.push((await failureOf(Promise.reject(outcome))).code);
  }
  expect(codes.length).toBeGreaterThan(0);
  expect(new Set(codes)).toEqual(new Set(['forbidden']));
  expect((await failureOf(reads.playlistEntries('0000000000000000000000', null))).message).toContain('gone');
});

describe('changes', () => {
  it('put things in with the first on top, and take them out', async () => {
    const before = urisOf((await reads.list('tracks', null)).entries);
    const some = before.slice(10, 13);
    await writes.remove(some);
    expect(urisOf((await reads.list('tracks', null)).entries)).not.toContain(some[0]);
    await writes.save(some);
    const { entries, total } = await reads.list('tracks', null);
    expect(total).toBe(60);
    expect(urisOf(entries).slice(0, 3)).toEqual(some);
  });

  it('follow and unfollow beside saving', async () => {
    const [artist = ''] = urisOf((await reads.list('artists', null)).entries);
    const [album = ''] = urisOf((await reads.list('albums', null)).entries);
    await writes.remove([artist, album]);
    expect(urisOf((await reads.list('artists', null)).entries)).not.toContain(artist);
    expect(urisOf((await reads.list('albums', null)).entries)).not.toContain(album);
    await writes.save([artist, album]);
    expect(urisOf((await reads.list('artists', null)).entries)).toContain(artist);
    expect(urisOf((await reads.list('albums', null)).entries)[0]).toBe(album);
  });

  it.each([true, false])('make a playlist, on the profile: %s', async (isPublic) => {
    const wanted = { name: 'Mine & yours', description: 'For <later>', isPublic, isCollaborative: false };
    const made = await writes.createPlaylist(wanted);
    expect(made).toMatchObject({ ...wanted, total: 0 });
    expect((await playlists()).map(({ id }) => id)).toContain(made.id);
  });

  it('put entries where they are wanted, move them, and take away all that are the same', async () => {
    const uris = urisOf((await reads.list('tracks', null)).entries).slice(0, 4);
    const [one = '', two = '', three = '', four = ''] = uris;
    const { id, version } = await writes.createPlaylist({
      name: 'Mine',
      description: '',
      isPublic: true,
      isCollaborative: false,
    });
    await writes.insert(id, [one, two, one], 0);
    await writes.insert(id, [three, four], 1);
    expect(urisOf(await entriesOf(id))).toEqual([one, three, four, two, one]);
    expect(await reads.playlistVersion(id)).not.toBe(version);
    await writes.move(id, { from: 3, count: 2, to: 1 });
    expect(urisOf(await entriesOf(id))).toEqual([one, two, one, three, four]);
    await writes.move(id, { from: 0, count: 1, to: 5 });
    expect(urisOf(await entriesOf(id))).toEqual([two, one, three, four, one]);
    await writes.removeEntries(id, [two, one]);
    expect(urisOf(await entriesOf(id))).toEqual([three, four]);
  });

  it("of somebody else's playlist are forbidden", async () => {
    const [other] = (await playlists()).filter(
      ({ owner, isCollaborative }) => owner.name !== 'Ada' && !isCollaborative,
    );
    const [uri = ''] = urisOf((await reads.list('tracks', null)).entries);
    expect((await failureOf(writes.insert(other?.id ?? '', [uri], 0))).code).toBe('forbidden');
  });
});
