import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import {
  type Service,
  StartFailure,
  removeFolder,
  startAlone,
  startProcess,
  type startService,
  temporaryFolder,
} from '../support/service.js';

const folder = temporaryFolder();
const started: Service[] = [];
let stage: Stage;
let databaseUrl: string;

beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
  await stage.reset();
});
afterAll(async () => {
  await stage.close();
  removeFolder(folder);
});

async function start(more: Record<string, string> = {}, how: typeof startService = startAlone): Promise<Service> {
  const service = await how(folder, {
    DATABASE_URL: databaseUrl,
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    ...stage.spotifySettings,
    ...more,
  });
  started.push(service);
  return service;
}

async function query(sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the end of a link', () => {
  it('is told from thirty days before, once in the log by whichever process comes first; and as not known when it is not', async () => {
    databaseUrl = await migratedDatabase();
    const first = await start();
    await linkByProgram(first, stage);
    const fresh = (await json(first, '/health')).body as {
      providers: { linkExpiresAt: string; linkWarning: unknown }[];
    };
    expect(fresh.providers[1]?.linkWarning).toBeNull();
    expect(new Date(fresh.providers[1]?.linkExpiresAt ?? '').getTime() - Date.now()).toBeGreaterThan(179 * 86_400_000);

    await query("UPDATE account_grants SET consented_at = now() - interval '6 months' + interval '6 days 12 hours'");
    const both = await Promise.all([start(), start()]);
    const warned = (): string[] =>
      both.flatMap(
        (service) => service.output().match(/The link of Spotify account Ada ends at .*auth\?force=1/g) ?? [],
      );
    // What is linked may have been looked at a moment ago.
    await eventually(async () => {
      const told = (await json(first, '/health')).body as { providers: object[] };
      expect(told.providers[1]).toMatchObject({
        state: 'ok',
        linkWarning: expect.stringMatching(/ends at .* Agree again at .*\/auth\?force=1/),
      });
    });
    await eventually(() => {
      expect(warned()).toHaveLength(1);
      return Promise.resolve();
    });
    // The trail has it once the log has.
    await eventually(async () => {
      const { items } = (await asOwner(first, 'GET', '/admin/audit')).body as { items: { action: string }[] };
      expect(items.filter(({ action }) => action === 'consent.warned')).toEqual([
        expect.objectContaining({ detail: expect.objectContaining({ daysAhead: 7 }) }),
      ]);
    });

    await query('UPDATE account_grants SET consented_at = NULL');
    const { providers } = (await asOwner(first, 'GET', '/admin/providers')).body as { providers: object[] };
    expect(providers[1]).toMatchObject({
      linkExpiresAt: null,
      linkWarning: expect.stringContaining('not known'),
      links: [{ consentedAt: null, expiresAt: null }],
    });
  });
});

describe('a link for more beside that of the reads', () => {
  const wide = 'playlist-read-private user-follow-read user-library-read';
  const isWide = "scopes LIKE 'playlist-%' AND scopes NOT LIKE '%currently%'";
  const told = async (service: Service): Promise<object | undefined> =>
    ((await asOwner(service, 'GET', '/admin/providers')).body as { providers: object[] }).providers[1];

  it('is renewed by the address that its end is told with, and so is one that is over', async () => {
    databaseUrl = await migratedDatabase();
    const service = await start();
    await linkByProgram(service, stage);
    await linkByProgram(service, stage, `&scope=${encodeURIComponent(wide)}`);
    expect((await asOwner(service, 'GET', '/auth')).body).toEqual({ status: 'already_authenticated' });

    await query(`UPDATE account_grants SET consented_at = now() - interval '5 months 10 days' WHERE ${isWide}`);
    expect(await told(service)).toMatchObject({ linkWarning: expect.stringMatching(/ends at .*\/auth\?force=1/) });
    expect(await linkByProgram(service, stage)).toMatchObject({
      scopes: expect.arrayContaining([...wide.split(' '), 'user-read-currently-playing']),
    });
    expect(await told(service)).toMatchObject({ linkWarning: null });

    await query(`DELETE FROM account_grants WHERE scopes LIKE '%playlist%currently%'`);
    await query(`UPDATE account_grants SET status = 'needs_consent', status_reason = 'revoked' WHERE ${isWide}`);
    expect(await told(service)).toMatchObject({
      linkWarning: `What was agreed to once more is over (${wide}). Agree again at ${service.url}/auth?force=1.`,
    });
    const again = (await asOwner(service, 'GET', '/auth')).body as { auth_url: string };
    expect(new URL(again.auth_url).searchParams.get('scope')).toContain('user-follow-read');
    await linkByProgram(service, stage);
    expect(await told(service)).toMatchObject({ linkWarning: null });
    expect((await asOwner(service, 'GET', '/auth')).body).toEqual({ status: 'already_authenticated' });
  });
});

describe('the encryption key', () => {
  it('can be changed while the old one is at hand, and a wrong one is a fault that says so', async () => {
    databaseUrl = await migratedDatabase();
    const [old, next] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
    const first = await start({ ENCRYPTION_KEY: old ?? '' });
    await linkByProgram(first, stage);
    await first.stop();

    const failure = await start({ ENCRYPTION_KEY: next ?? '' }, startProcess).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailure);
    const { exitCode, output } = failure as StartFailure;
    expect(exitCode).toBe(1);
    expect(output).toMatch(/Tonearm cannot start\.\n.*key.*\n.*ENCRYPTION_KEY/s);

    const rotated = await start({ ENCRYPTION_KEY: `${next ?? ''},${old ?? ''}` });
    expect(await asOwner(rotated, 'POST', '/admin/tokens', { scopes: [] })).toMatchObject({ status: 200 });
    expect(
      await query(
        "SELECT count(*)::int AS old FROM account_grants WHERE access_token LIKE 'v1.old.%' OR refresh_token LIKE 'v1.old.%'",
      ),
    ).toEqual([{ old: 0 }]);
    await rotated.stop();

    const after = await start({ ENCRYPTION_KEY: next ?? '' });
    expect((await json(after, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
    await after.stop();

    const third = `third:${randomBytes(32).toString('base64')}`;
    const anew = await start({ ENCRYPTION_KEY: third, ENCRYPTION_KEY_LOST: 'new' });
    expect((await asOwner(anew, 'GET', '/auth')).body).toMatchObject({ auth_url: expect.any(String) });
  });
});
