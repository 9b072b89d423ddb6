import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  type ListeningProvider,
  PROVIDER_ERROR_CODES,
  type ProviderError,
  type ProviderErrorCode,
  READS,
  type Read,
  type ReadOptions,
} from '../index.js';
import { failure, isCountOrNull, isDateOrNull, isUrlOrNull } from './checks.js';
import { LIBRARY_CLAUSES } from './library-clauses.js';
import { type Questions, callRead } from './reads.js';
import { type Clause, type ContractSubject, type Situation, situationsOf } from './subject.js';

const QUESTIONS: Questions = { list: { limit: 10 }, chart: { period: '7day', limit: 10 } };

function call(provider: ListeningProvider, read: Read, options?: ReadOptions): Promise<unknown> {
  return callRead(provider, read, QUESTIONS, options);
}

/** A situation in which every read ends in one code. */
function failing(situation: Situation, code: ProviderErrorCode): Clause {
  return {
    name: `${situation}: every read rejects with ${code}`,
    async check(subject) {
      if (!situationsOf(subject).includes(situation)) return;
      for (const read of subject.definition.capabilities.reads) {
        await subject.stage(situation);
        assert.equal((await failure(subject, call(subject.provider, read))).code, code, read);
      }
    },
  };
}

function checkRanks(items: readonly { rank: number; playcount: number | null }[], limit: number): void {
  assert(items.length > 0 && items.length <= limit, `${items.length} entries for limit ${limit}`);
  let previous = Number.POSITIVE_INFINITY;
  items.forEach(({ rank, playcount }, index) => {
    assert.equal(rank, index + 1, 'ranks count from 1 without gaps');
    assert(isCountOrNull(playcount), `playcount ${inspect(playcount)}`);
    if (playcount === null) return;
    assert(playcount <= previous, 'the most played comes first');
    previous = playcount;
  });
}

/** The contract. A clause that cannot apply, by the declared capabilities, holds. */
export const CLAUSES: readonly Clause[] = [
  {
    name: 'identity: names, colour and links are well formed',
    // eslint-disable-next-line @typescript-eslint/require-await -- like every clause, it rejects and does not throw
    async check({ definition }) {
      assert.match(definition.id, /^[a-z][a-z0-9-]*$/);
      assert.match(definition.color, /^#[0-9a-f]{6}$/);
      assert(definition.displayName.trim() !== '' && definition.source.trim() !== '');
      for (const link of Object.values(definition.links)) assert.match(link, /^https:\/\//);
    },
  },
  {
    name: 'capabilities: a read that is not declared rejects with not_supported, a declared one answers',
    async check(subject) {
      await subject.stage('playing');
      for (const read of READS) {
        if (subject.definition.capabilities.reads.includes(read)) await call(subject.provider, read);
        else assert.equal((await failure(subject, call(subject.provider, read))).code, 'not_supported', read);
      }
    },
  },
  {
    name: 'playing: tells the song, in our units',
    async check({ provider, stage, song, definition }) {
      await stage('playing');
      const playing = await provider.nowPlaying();
      assert(playing);
      assert.deepEqual({ title: playing.title, artist: playing.artist }, song);
      assert(definition.capabilities.kinds.includes(playing.kind), `kind ${playing.kind} is not declared`);
      assert(isUrlOrNull(playing.albumImageUrl) && isUrlOrNull(playing.songUrl), 'addresses are http(s) or null');
      assert(isDateOrNull(playing.startedAt), 'startedAt is a date or null');
      // A song of three minutes given in seconds would be 180: shorter than any song in milliseconds.
      const { durationMs } = playing;
      assert(durationMs === null || (Number.isSafeInteger(durationMs) && durationMs > 1000), 'milliseconds or null');
    },
  },
  {
    name: 'nothing: nowPlaying is null',
    async check({ provider, stage }) {
      await stage('nothing');
      assert.equal(await provider.nowPlaying(), null);
    },
  },
  {
    name: 'paused: nowPlaying is null',
    async check(subject) {
      if (!situationsOf(subject).includes('paused')) return;
      await subject.stage('paused');
      assert.equal(await subject.provider.nowPlaying(), null);
    },
  },
  {
    name: 'ad: is told as an ad, with a title in words',
    async check(subject) {
      if (!situationsOf(subject).includes('ad')) return;
      await subject.stage('ad');
      const playing = await subject.provider.nowPlaying();
      assert.equal(playing?.kind, 'ad');
      assert.notEqual(playing.title.trim(), '');
    },
  },
  {
    name: 'recentTracks: the running song comes first and counts toward the limit',
    async check({ provider, stage, song }) {
      await stage('playing');
      for (const limit of [1, 2, 10, 50]) {
        const [first, ...others] = await provider.recentTracks({ limit });
        assert(first);
        assert.equal(others.length + 1, limit, 'exactly as many as asked for');
        assert.deepEqual({ title: first.title, artist: first.artist }, song);
        assert.equal(first.nowPlaying, true);
        assert.equal(first.playedAt, null);
        assert(
          others.every((track) => !track.nowPlaying),
          'only the first can be on',
        );
      }
    },
  },
  {
    name: 'recentTracks: newest first, with dates and addresses of our kind',
    async check({ provider, stage }) {
      await stage('nothing');
      const tracks = await provider.recentTracks({ limit: 50 });
      assert.equal(tracks.length, 50);
      let previous = Number.POSITIVE_INFINITY;
      for (const track of tracks) {
        assert.equal(track.nowPlaying, false);
        assert(track.title !== '' && isUrlOrNull(track.albumImageUrl) && isUrlOrNull(track.songUrl), inspect(track));
        assert(track.playedAt instanceof Date && track.playedAt.getTime() > 1e12, 'a moment, not a number of seconds');
        assert(track.playedAt.getTime() <= previous, 'newest first');
        previous = track.playedAt.getTime();
      }
    },
  },
  {
    name: 'charts: ranked from 1, most played first, never more than asked for',
    async check({ provider, stage, definition: { capabilities } }) {
      await stage('playing');
      for (const limit of [1, 10]) {
        for (const read of ['topTracks', 'topArtists', 'topAlbums'] as const) {
          if (!capabilities.reads.includes(read)) continue;
          const { items, derivation } = await provider[read]({ period: 'overall', limit });
          checkRanks(items, limit);
          assert(derivation === null || derivation.trim() !== '', 'says how it was worked out, or null');
        }
      }
    },
  },
  {
    name: 'lovedTracks and profile: in our shapes',
    async check({ provider, stage, definition: { capabilities } }) {
      await stage('playing');
      if (capabilities.reads.includes('lovedTracks')) {
        const loved = await provider.lovedTracks({ limit: 5 });
        assert(loved.length > 0 && loved.length <= 5, `${loved.length} entries for limit 5`);
        for (const track of loved)
          assert(track.title !== '' && isUrlOrNull(track.songUrl) && isDateOrNull(track.lovedAt));
      }
      if (capabilities.reads.includes('profile')) {
        const profile = await provider.profile();
        assert(profile.name !== '' && profile.displayName !== '');
        assert(isUrlOrNull(profile.url) && isUrlOrNull(profile.imageUrl) && isDateOrNull(profile.registeredAt));
        const { playcount, artistCount, trackCount, albumCount } = profile;
        assert([playcount, artistCount, trackCount, albumCount].every(isCountOrNull), inspect(profile));
      }
    },
  },
  {
    name: 'rate_limited: one call, then none until the time that the upstream named',
    async check(subject) {
      await subject.stage('rate_limited');
      const before = await subject.calls();
      const error = await failure(subject, subject.provider.nowPlaying());
      assert.equal(error.code, 'upstream_rate_limited');
      assert(error.retryAt instanceof Date, 'says until when');
      assert.equal(await subject.calls(), before + 1, 'a refused call is not tried again');
      assert.equal((await failure(subject, subject.provider.profile())).code, 'upstream_rate_limited');
      assert.equal(await subject.calls(), before + 1, 'other reads stay away as well');
    },
  },
  {
    name: 'down: a read is tried three times at most',
    async check(subject) {
      await subject.stage('down');
      const before = await subject.calls();
      await failure(subject, subject.provider.nowPlaying());
      const calls = (await subject.calls()) - before;
      assert(calls >= 1 && calls <= 3, `${calls} calls`);
    },
  },
  failing('down', 'upstream_error'),
  failing('html', 'upstream_error'),
  failing('truncated', 'upstream_error'),
  failing('hang', 'upstream_timeout'),
  failing('expired', 'reauthorization_required'),
  failing('revoked', 'reauthorization_required'),
  {
    name: 'slow: the answer is waited for',
    async check({ provider, stage }) {
      await stage('slow');
      assert(await provider.nowPlaying(), 'the song that is on');
    },
  },
  {
    name: 'recovery: the next read after a fault is as good as any',
    async check(subject) {
      await subject.stage('html');
      await failure(subject, subject.provider.nowPlaying());
      await subject.stage('playing');
      assert.equal((await subject.provider.nowPlaying())?.title, subject.song.title);
    },
  },
  {
    name: 'signal: a read that is given up rejects at once with upstream_timeout',
    async check(subject) {
      await subject.stage('hang');
      for (const read of subject.definition.capabilities.reads) {
        const controller = new AbortController();
        const reading = call(subject.provider, read, { signal: controller.signal });
        controller.abort();
        // Far less than the time after which the provider would have given up by itself.
        const impatient = { ...subject, patienceMs: subject.patienceMs / 10 };
        assert.equal((await failure(impatient, reading)).code, 'upstream_timeout', read);
      }
    },
  },
  {
    name: 'errors: a code of the closed set, a cause and a remedy in words',
    async check(subject) {
      for (const error of await everyFailure(subject)) {
        assert(PROVIDER_ERROR_CODES.includes(error.code), error.code);
        assert.match(error.message, /\w+ \w+/);
        assert.match(error.remedy, /\w+ \w+/);
      }
    },
  },
  {
    name: 'secrets: no key or token in any error, however deep',
    async check(subject) {
      for (const error of await everyFailure(subject)) {
        const text = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }) + JSON.stringify(error);
        for (const secret of subject.secrets) assert(!text.includes(secret), 'a secret stands in an error');
      }
    },
  },
  ...LIBRARY_CLAUSES,
];

async function everyFailure(subject: ContractSubject): Promise<ProviderError[]> {
  const errors: ProviderError[] = [];
  for (const situation of situationsOf(subject)) {
    if (['playing', 'paused', 'nothing', 'ad', 'slow'].includes(situation)) continue;
    await subject.stage(situation);
    errors.push(await failure(subject, subject.provider.nowPlaying()));
  }
  return errors;
}
