import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { ISO, json, useHarness } from '../support/harness.js';
import { removeFolder, startService, temporaryFolder } from '../support/service.js';

const harness = useHarness();

const OLD_FIELDS = ['isPlaying', 'title', 'artist', 'album', 'albumImageUrl', 'songUrl'] as const;

describe('GET /currently-playing', () => {
  it('tells the song in the six fields of old, as text and boolean, and what came after', async () => {
    await harness.stage.scenario('playing', {
      track: { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' },
    });
    const service = harness.shared;
    // The song comes first, and what was played before it a moment later.
    const { status, body } = await eventually(async () => {
      const answer = await json(service, '/currently-playing');
      expect(answer.body).toMatchObject({ title: 'Paper Lanterns', lastPlayed: expect.anything() });
      return answer;
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      isPlaying: true,
      title: 'Paper Lanterns',
      artist: 'The Night Ferry',
      album: 'Harbour Lights',
      albumImageUrl: expect.stringMatching(/^http:/),
      songUrl: expect.stringMatching(/^https:/),
      source: 'last.fm',
      kind: 'track',
      durationMs: null,
      startedAt: null,
      endsAt: null,
      updatedAt: expect.stringMatching(ISO),
      stale: false,
      degraded: null,
      lastPlayed: {
        title: expect.any(String),
        artist: expect.any(String),
        album: expect.any(String),
        albumImageUrl: expect.toBeOneOf([expect.stringMatching(/^http:/), null]),
        songUrl: expect.stringMatching(/^https:/),
        playedAt: expect.stringMatching(ISO),
      },
    });
  });

  it('says Not Playing with our own picture when nothing plays', async () => {
    await harness.stage.scenario('idle');
    const service = await harness.freshService();
    const { status, body } = await json(service, '/currently-playing');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      isPlaying: false,
      title: 'Not Playing',
      artist: 'Last.fm',
      album: 'Last.fm',
      albumImageUrl: `${service.url}/not-playing.svg`,
      songUrl: '',
      kind: null,
      degraded: null,
    });
    const picture = await fetch(`${service.url}/not-playing.svg`);
    expect(picture.headers.get('content-type')).toContain('image/svg+xml');
  });

  it('keeps its bytes for a whole song, and changes with the next one', async () => {
    const service = await harness.freshService();
    const first = await eventually(async () => {
      const answer = await json(service, '/currently-playing');
      expect(answer.body).toMatchObject({ lastPlayed: expect.anything() });
      return answer;
    });
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(`${service.url}/currently-playing`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    await harness.stage.skipSong();
    const next = await eventually(async () => {
      const answer = await json(service, '/currently-playing');
      expect(answer.headers.get('etag')).not.toBe(etag);
      return answer;
    });
    expect(next.body).toMatchObject({ isPlaying: true });
    expect(next.body).not.toMatchObject({ title: (first.body as { title: string }).title });
  });

  it('shows whoever comes after a while what plays by then, and what played when somebody looked last only as old', async () => {
    const folder = temporaryFolder();
    const settings = { ...harness.stage.settings, DATABASE_URL: await migratedDatabase() };
    const song = (title: string): Promise<void> =>
      harness.stage.scenario('playing', { track: { artist: 'The Night Ferry', title, album: 'Harbour Lights' } });
    await song('Paper Lanterns');
    const before = await startService(folder, settings);
    await eventually(async () => {
      const known = { title: 'Paper Lanterns', lastPlayed: expect.anything() };
      expect((await json(before, '/currently-playing')).body).toMatchObject(known);
    });
    await before.stop();
    const database = new pg.Client({ connectionString: settings.DATABASE_URL });
    await database.connect();
    const passTime = (minutes: number) =>
      database.query(
        `UPDATE now_playing SET looked_at = looked_at - time, checked_at = checked_at - time, read_at = read_at - time,
          seen_at = seen_at - time, fresh_until = now() + interval '3 min'
        FROM (SELECT interval '1 min' * $1) AS passed (time)`,
        [minutes],
      );
    const firstAnswer = async (more: Record<string, string> = {}): Promise<unknown> => {
      const service = await startService(folder, { ...settings, ...more });
      try {
        return (await json(service, '/currently-playing')).body;
      } finally {
        await service.stop();
      }
    };
    try {
      await passTime(2);
      await harness.stage.scenario('backend-failed');
      const stale = { stale: true, degraded: { reason: 'upstream_error' }, lastPlayed: expect.anything() };
      expect(await firstAnswer()).toMatchObject({ ...stale, title: 'Paper Lanterns' });
      // After so long it need not play any more, but that something was played before it is still so.
      await passTime(12);
      expect(await firstAnswer()).toMatchObject({ ...stale, title: 'Not Playing' });
      // Another account's, by the settings: nothing of the one before is told.
      expect(await firstAnswer({ LASTFM_USERNAME: 'grace' })).toMatchObject({ isPlaying: false, lastPlayed: null });
      // What was wrong then is not told of what the settings say now, however short ago it was.
      await song('Salt on the Window');
      expect(await firstAnswer()).toMatchObject({ title: 'Salt on the Window', stale: false });
    } finally {
      await database.end();
      removeFolder(folder);
    }
  });

  it('keeps its bytes for a whole song, over a restart and a failure, which /summary tells as well', async () => {
    const folder = temporaryFolder();
    const settings = {
      ...harness.stage.settings,
      DATABASE_URL: await migratedDatabase(),
      BASE_URL: 'http://music.example',
    };
    const song = { track: { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' } };
    await harness.stage.scenario('playing', song);
    const before = await startService(folder, settings);
    const etag = await eventually(async () => {
      const { headers, body } = await json(before, '/currently-playing');
      expect(body).toMatchObject({ title: 'Paper Lanterns', lastPlayed: expect.anything() });
      return headers.get('etag');
    });
    await before.stop();
    const database = new pg.Client({ connectionString: settings.DATABASE_URL });
    await database.connect();
    await database.query("UPDATE now_playing SET fresh_until = now() - interval '1 s'");
    await database.end();
    const service = await startService(folder, settings);
    try {
      expect((await json(service, '/currently-playing')).headers.get('etag')).toBe(etag);
      await harness.stage.scenario('backend-failed');
      await eventually(async () => {
        expect((await json(service, '/currently-playing')).body).toMatchObject({
          isPlaying: true,
          title: 'Paper Lanterns',
          stale: true,
          degraded: { reason: 'upstream_error', provider: 'lastfm' },
        });
      });
      const told = expect.objectContaining({
        part: 'currentlyPlaying',
        code: 'upstream_error',
        stale: true,
      }) as unknown;
      expect((await json(service, '/summary')).body).toMatchObject({
        currentlyPlaying: { isPlaying: true, title: 'Paper Lanterns', stale: true, degraded: { provider: 'lastfm' } },
        errors: expect.arrayContaining([told]),
      });
      await harness.stage.scenario('playing', song);
      await eventually(async () => {
        const { headers, body } = await json(service, '/currently-playing');
        expect(body).toMatchObject({ stale: false });
        expect(headers.get('etag')).toBe(etag);
      });
    } finally {
      await service.stop();
      removeFolder(folder);
    }
  });

  it.each(['backend-failed', 'html', 'truncated', 'hang', 'key-suspended', 'nulls'])(
    'is 200 with the six fields whatever the upstream does: %s',
    async (scenario) => {
      await harness.stage.scenario(scenario);
      const service = await harness.freshService();
      const start = Date.now();
      const { status, body } = await json(service, '/currently-playing');
      expect(status).toBe(200);
      expect(Date.now() - start).toBeLessThan(4_000);
      for (const field of OLD_FIELDS)
        expect(typeof Reflect.get(Object(body), field)).toBe(field === 'isPlaying' ? 'boolean' : 'string');
      if (scenario !== 'nulls')
        expect(body).toMatchObject({
          isPlaying: false,
          degraded: { provider: 'lastfm', since: expect.stringMatching(ISO) },
        });
    },
  );

  it('tells hidden history as what it is', async () => {
    await harness.stage.scenario('hidden');
    const service = await harness.freshService();
    expect((await json(service, '/currently-playing')).body).toMatchObject({ degraded: { reason: 'forbidden' } });
    expect(await json(service, '/recent-tracks')).toMatchObject({
      status: 403,
      body: {
        code: 'forbidden',
        detail: expect.stringContaining('hides'),
        remedy: expect.stringContaining('Hide recent listening'),
      },
    });
    expect(await json(service, '/top/albums')).toMatchObject({ status: 200 });
    expect(await json(service, '/health')).toMatchObject({
      status: 503,
      body: { ok: false, degraded: { reason: 'forbidden' } },
    });
  });
});
