import { expect, it } from 'vitest';
import { TokenError } from '#accounts';
import { type LibraryPlaylist, type LibraryWrites, ProviderError } from '#listening';
import type { PlaylistWork } from './work.js';
import { RestoreHand } from './restore-hand.js';
import { emptyReport } from './restore-report.js';
import { playlistSteps } from './playlist-steps.js';

const playlist: LibraryPlaylist = {
  id: 'p',
  uri: 'spotify:playlist:p',
  url: null,
  name: 'Mix',
  description: '',
  owner: { id: 'ada', name: 'Ada' },
  isPublic: true,
  isCollaborative: false,
  version: 'v',
  total: 100,
};
const keyed = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => String(from + at).padStart(3, '0'));

const NO = new ProviderError('upstream_error', { message: 'No.', remedy: 'None.', isFinal: true });

/** A playlist that refuses some of what it is given, and all that comes with it. */
function picky(
  entries: string[],
  refused: ReadonlySet<string>,
  refusal: Error,
): { writes: LibraryWrites; calls: () => number } {
  let calls = 0;
  const unused = (): Promise<never> => Promise.reject(new Error('Nobody asks for that.'));
  const writes: LibraryWrites = {
    save: unused,
    remove: unused,
    createPlaylist: unused,
    removeEntries: unused,
    insert: (_, uris, position) => {
      calls += 1;
      if (uris.some((uri) => refused.has(uri))) return Promise.reject(refusal);
      entries.splice(position, 0, ...uris);
      return Promise.resolve();
    },
    move: (_, { from, count, to }) => {
      const block = entries.splice(from, count);
      entries.splice(to > from ? to - count : to, 0, ...block);
      return Promise.resolve();
    },
  };
  return { writes, calls: () => calls };
}

async function filled(
  there: string[],
  wanted: readonly string[],
  refused: ReadonlySet<string>,
  refusal: Error = NO,
): Promise<{ hand: RestoreHand; work: PlaylistWork; calls: number }> {
  const { writes, calls } = picky(there, refused, refusal);
  const steps = playlistSteps(
    there.map((key) => ({ key, canRemove: true })),
    wanted.map((key) => ({ key, canAdd: true })),
    true,
  );
  const report = { ...emptyReport('playlist:p', 'Mix', 'fill'), add: 1 };
  const hand = new RestoreHand({
    writes,
    limits: { scopes: [], lists: [], saveAtOnce: 50, insertAtOnce: 100 },
    memory: { intend: () => Promise.resolve(), remember: () => Promise.resolve() },
    before: () => Promise.resolve(),
  });
  const rest = { target: 'p', mayLack: false, usualLack: null, namesakes: [], names: new Map<string, string>() };
  const work: PlaylistWork = { kind: 'playlist', report, playlist, steps, ...rest };
  await hand.carryOut(work).catch((error: unknown) => {
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { inDoubt: hand.inDoubt });
  });
  return { hand, work, calls: calls() };
}

it('finds what is refused among the others, however many were refused before, and puts all else into its place', async () => {
  const refused = new Set([...keyed(90, 100), '150']);
  const there = keyed(200, 300).reverse();
  const { hand, work } = await filled(there, keyed(0, 300), refused);
  expect(there).toEqual(keyed(0, 300).filter((key) => !refused.has(key)));
  expect([hand.made.add, hand.refused, work.report.cannotCount]).toEqual([189, 11, 11]);
});

it('does not try each of very many that are refused', async () => {
  const { hand, work, calls } = await filled([], keyed(0, 999), new Set(keyed(0, 999)));
  expect(hand.refused).toBe(999);
  expect(calls).toBeLessThan(450);
  expect(work.report.cannot[0]?.reason).toBe('No.');
});

it('takes a token that is not to be had for no refusal of what it brings', async () => {
  const noToken = new ProviderError('upstream_error', { message: 'There is no new access token.', remedy: 'Wait.' });
  const refused = new Set(keyed(0, 300));
  await expect(filled([], keyed(0, 300), refused, noToken)).rejects.toMatchObject({ message: noToken.message });
});

it.each([
  ['is in no doubt of a call for which there was no token', new TokenError('transient', 'It is away.'), null],
  ['is in doubt of one that was lost', new Error('It was cut.'), { add: 100 }],
])('%s', async (_, cause, inDoubt) => {
  const late = new ProviderError('upstream_timeout', { message: 'It was late.', remedy: 'Wait.', cause });
  const doubt: unknown = inDoubt === null ? null : expect.objectContaining(inDoubt);
  await expect(filled([], keyed(0, 300), new Set(keyed(0, 300)), late)).rejects.toMatchObject({ inDoubt: doubt });
});
