import { renameSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { ISO, json, useHarness } from '../support/harness.js';
import { OWNER, asOwner } from '../support/link-by-program.js';
import { removeFolder, startService, temporaryFolder } from '../support/service.js';

const harness = useHarness();

describe('health', () => {
  it('is ok with the account and the state of each provider', async () => {
    expect(await json(harness.shared, '/health')).toMatchObject({
      status: 200,
      body: {
        ok: true,
        source: 'last.fm',
        user: 'Ada',
        origin: null,
        checkedAt: expect.stringMatching(ISO),
        degraded: null,
        providers: [
          {
            id: 'lastfm',
            state: 'ok',
            reason: null,
            since: expect.stringMatching(ISO),
            lastSuccessAt: expect.stringMatching(ISO),
            linkExpiresAt: null,
          },
          { id: 'spotify', state: 'not_configured', reason: 'provider_not_configured', linkExpiresAt: null },
        ],
        database: 'ok',
        backups: null,
      },
    });
    expect(await json(harness.shared, '/health/live')).toMatchObject({ status: 200, body: { ok: true } });
    expect(await json(harness.shared, '/health/ready')).toMatchObject({
      status: 200,
      body: { ok: true, database: 'ok' },
    });
  });

  it('is not told again to whoever knows it, and never kept', async () => {
    const { status, headers } = await json(harness.shared, '/health/ready');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const known = { headers: { 'if-none-match': `W/${headers.get('etag')}` } };
    expect(await json(harness.shared, '/health/ready', known)).toMatchObject({ status: 304, body: null });
    // Idle connections are kept for longer than those of usual proxies are.
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });

  it('is not that of the charts: what fails there costs neither what plays nor calls for it', async () => {
    const service = await harness.freshService();
    const { title } = (await json(service, '/currently-playing')).body as { title: string };
    await json(service, '/profile');
    const charts = ['tracks', 'artists', 'albums'];
    for (const chart of charts) await harness.stage.scenario('backend-failed', { method: `user.gettop${chart}` });
    const before = await harness.stage.calls();
    for (let visit = 0; visit < 12; visit += 1) {
      const period = ['7day', '1month', '3month', '6month'][visit % 4];
      await Promise.all(charts.map((chart) => json(service, `/top/${chart}?period=${period}`)));
      expect(await json(service, '/health')).toMatchObject({ status: 200, body: { ok: true, degraded: null } });
      const plays = { title, isPlaying: true, stale: false, degraded: null };
      expect((await json(service, '/currently-playing')).body).toMatchObject(plays);
    }
    const { 'user.getrecenttracks': polls = 0, ...rest } = await harness.stage.calls();
    expect(rest['user.gettopalbums']).toBeGreaterThan(0);
    // What the pace of what plays asks for anyway.
    expect(polls - (before['user.getrecenttracks'] ?? 0)).toBeLessThanOrEqual(3);
  });

  it.each([
    ['key-invalid', 'provider_not_configured', 'LASTFM_API_KEY'],
    ['user-not-found', 'provider_not_configured', 'LASTFM_USERNAME'],
    ['user-not-found-200', 'provider_not_configured', 'LASTFM_USERNAME'],
    ['offline', 'upstream_error', 'Last.fm'],
  ])('%s: not ok, and says what to do', async (scenario, reason, word) => {
    await harness.stage.scenario(scenario);
    const service = await harness.freshService();
    expect(await json(service, '/health')).toMatchObject({
      status: 503,
      body: {
        ok: false,
        degraded: { reason, provider: 'lastfm' },
        providers: [
          { reason, remedy: expect.stringContaining(word) },
          { id: 'spotify', state: 'not_configured' },
        ],
      },
    });
    // Since when is a matter of the provider's, not of who asks.
    const since = async () =>
      ((await json(service, '/health')).body as { providers: { since: string }[] }).providers[0]?.since;
    expect(await since()).toBe(await since());
    // Whoever has seen it before is told all of it again: bad news is never old.
    expect((await json(service, '/health', { headers: { 'if-none-match': '*' } })).status).toBe(503);
    expect((await json(service, '/health/ready')).status).toBe(200);
  });

  it('tells how it stands with backups, which it does not depend on, and nothing that is not for everybody', async () => {
    const folder = temporaryFolder();
    const backups = join(folder, 'backups');
    const databaseUrl = await migratedDatabase();
    const service = await startService(folder, {
      ...{ DATABASE_URL: databaseUrl, ADMIN_TOKEN: OWNER, BACKUP_CRON: '15 3 1 1 *', BACKUP_DIR: backups },
      ...harness.stage.settings,
    });
    const database = new pg.Client(databaseUrl);
    const standing = (expected: object): Promise<void> =>
      eventually(async () => {
        const { status, body } = await json(service, '/health');
        expect([status, body]).toMatchObject([200, { ok: true, backups: expected }]);
      });
    const backedUp = async (): Promise<void> => {
      await asOwner(service, 'POST', '/admin/backups', { provider: 'lastfm' });
      await eventually(async () => {
        const { body } = await asOwner(service, 'GET', '/admin/backups');
        expect(body).toMatchObject({ items: [{ finishedAt: expect.any(String) }] });
      });
    };
    try {
      const nextAt = expect.stringMatching(ISO) as string;
      await standing({ alert: null, lastAt: null, nextAt });
      await backedUp();
      await standing({ alert: null, lastAt: expect.stringMatching(ISO), nextAt });

      await database.connect();
      const tellsMore = 'GET /admin/backups tells the owner more.';
      const noFolder = 'The folder of backups cannot be read, or has none of those that are known.';
      await database.query("UPDATE backups SET created_at = now() - interval '3 years'");
      renameSync(backups, join(folder, 'elsewhere'));
      // What was due before there was a schedule nobody has missed.
      await standing({ alert: `${noFolder} ${tellsMore}` });
      await database.query("INSERT INTO schedule_slots SELECT job, slot - interval '3 years' FROM schedule_slots");
      renameSync(join(folder, 'elsewhere'), backups);
      await standing({ alert: `Backups of Last.fm were due and not made. ${tellsMore}` });
      await database.query("UPDATE backups SET state = 'failed', created_at = now(), trouble = $1", [
        { code: 'x', detail: 'No room in /srv/secret of Ada.', remedy: 'Make some.' },
      ]);
      await standing({ alert: `The last backup of Last.fm has failed. ${tellsMore}`, lastAt: null, nextAt });
    } finally {
      await database.end();
      await service.stop();
      removeFolder(folder);
    }
  });
});
