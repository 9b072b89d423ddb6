import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { API_KEY, type Stage, openStage } from '../support/sandbox.js';
import {
  type ServiceProcess,
  StartFailure,
  beginProcess,
  freePort,
  removeFolder,
  startProcess,
  temporaryFolder,
} from '../support/service.js';

let stage: Stage;
let folder: string;
const running: ServiceProcess[] = [];

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await stage.reset();
  removeFolder(folder);
});

async function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startProcess(folder, env);
  running.push(service);
  return service;
}

async function failure(env: Record<string, string>): Promise<StartFailure> {
  const outcome: unknown = await start(env).catch((error: unknown) => error);
  if (outcome instanceof StartFailure) return outcome;
  throw new Error('The service started.');
}

describe('without any setting', () => {
  it('starts, and says everywhere what is missing and where to get it', async () => {
    const service = await start({ DATABASE_URL: await emptyDatabase() });
    expect(await json(service, '/currently-playing')).toMatchObject({
      status: 200,
      body: {
        isPlaying: false,
        title: 'Not Playing',
        source: null,
        degraded: { reason: 'provider_not_configured', provider: null },
      },
    });
    for (const path of ['/recent-tracks', '/profile', '/summary', '/top/albums']) {
      expect(await json(service, path)).toMatchObject({
        status: 503,
        body: {
          code: 'provider_not_configured',
          remedy: expect.stringMatching(/LASTFM_API_KEY.*https:.*LASTFM_USERNAME.*https:/),
        },
      });
    }
    expect(await json(service, '/health')).toMatchObject({
      status: 503,
      body: {
        ok: false,
        source: null,
        user: null,
        providers: [
          { id: 'lastfm', state: 'not_configured', remedy: expect.stringContaining('LASTFM_API_KEY') },
          { id: 'spotify', state: 'not_configured', remedy: expect.stringMatching(/SPOTIFY_CLIENT_ID.*\/callback/) },
        ],
      },
    });
    expect((await json(service, '/health/ready')).status).toBe(200);
  });
});

describe('settings', () => {
  it('come from .env in the working directory, the environment goes before it, and secrets can be files', async () => {
    const { LASTFM_USERNAME = '', LASTFM_API_URL = '' } = stage.settings;
    const file = join(folder, 'key');
    writeFileSync(file, `${API_KEY}\n`);
    writeFileSync(join(folder, '.env'), `LASTFM_USERNAME=somebody\nLASTFM_API_KEY_FILE=${file}\n`);
    const service = await start({ DATABASE_URL: await migratedDatabase(), LASTFM_USERNAME, LASTFM_API_URL });
    expect(await json(service, '/profile')).toMatchObject({ status: 200, body: { name: 'Ada' } });
  });

  it('of .env that there are none of are told, and nothing that could be part of a secret', async () => {
    const lines = [
      'LOG_LEVEL=loud',
      'BACKUP_CORN=15 3 * * *',
      'LASTFM_USERNAME_FILE=/name',
      'ADMIN_TOKEN_FILE=',
      'lastfm_api_key=ab',
      'aGlkZGVu==',
    ];
    writeFileSync(join(folder, '.env'), `${lines.join('\n')}\nPOSTGRES_PASSWORD=ab\n`);
    const { output } = await failure({});
    expect(output).toContain('no setting for: BACKUP_CORN, LASTFM_USERNAME_FILE, lastfm_api_key. ');
    expect(output).not.toContain('aGlkZGVu');
    expect(output).toContain('LOG_LEVEL must be');
  });

  it('cannot be read when .env is no file, which is told in words', async () => {
    mkdirSync(join(folder, '.env'));
    const { message } = await failure({});
    expect(message).toContain('.env cannot be read (EISDIR)');
    expect(message).not.toContain('node:fs');
  });

  it('cannot be read when .env is in UTF-16, which is told in words', async () => {
    writeFileSync(join(folder, '.env'), '\uFEFFLASTFM_USERNAME=ada\n', 'utf16le');
    expect((await failure({})).output).toContain('.env is not written in UTF-8');
  });

  it('are all told at once when they are wrong, without any secret', async () => {
    const { exitCode, output } = await failure({
      PORT: '99999',
      LASTFM_API_KEY: 'not-a-key-but-secret',
      LASTFM_USERNAME: 'ada',
      LISTENING_PROVIDER: 'tape',
      TIMEZONE: 'Mars/Olympus',
    });
    expect(exitCode).toBe(1);
    for (const name of ['PORT', 'LASTFM_API_KEY', 'LISTENING_PROVIDER', 'TIMEZONE'])
      expect(output).toContain(`  ${name} must `);
    expect(output).toContain('for example');
    expect(output).not.toContain('not-a-key-but-secret');
    expect(output).not.toMatch(/\n\s+at /);
  });
});

describe('sslmode=require, as hosted databases write it', () => {
  it('is no reason for a warning of the driver', async () => {
    const { exitCode, output } = await failure({ DATABASE_URL: `${await migratedDatabase()}?sslmode=require` });
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^Tonearm cannot start\.\n {2}Cannot use the database \S+ at \S+: it offers no TLS\.\n {2}Take sslmode out.+\n$/,
    );
  });
});

describe('an empty TZ', () => {
  it('is the zone of a schedule without TIMEZONE as it is that of the machine: UTC', async () => {
    const owner = 'the-token-of-the-owner-0123456789';
    const env = { DATABASE_URL: await migratedDatabase(), ADMIN_TOKEN: owner, BACKUP_CRON: '15 3 * * *', TZ: '' };
    const headers = { authorization: `Bearer ${owner}` };
    expect(await json(await start(env), '/admin/backups', { headers })).toMatchObject({
      status: 200,
      body: { nextAt: expect.stringMatching(/T03:15:00\.000Z$/) },
    });
  });
});

describe('the port', () => {
  it('is told, and not only where the service is reached', async () => {
    const one = await start({ DATABASE_URL: await migratedDatabase(), BASE_URL: 'https://music.example.org' });
    expect(one.output()).toContain(`Tonearm listens on ${one.url}, for https://music.example.org\n`);
  });

  it('is told with the address that it has, when that is not the one of links', async () => {
    const one = await start({ DATABASE_URL: await migratedDatabase(), HOST: '127.0.0.2' });
    const { port } = new URL(one.url);
    expect(one.output()).toContain(
      `Tonearm listens on http://127.0.0.2:${port}, for http://127.0.0.1:${port}; set BASE_URL if browsers reach it elsewhere\n`,
    );
  });

  it('on an address of another machine is told with what to do', async () => {
    const { exitCode, output } = await failure({ DATABASE_URL: await migratedDatabase(), HOST: '192.0.2.1' });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/EADDRNOTAVAIL.+\n {2}Set HOST to an address of this machine\.\n$/);
  });

  it('that somebody else has is told with what to do', async () => {
    const first = await start({ DATABASE_URL: await migratedDatabase() });
    const { exitCode, output } = await failure({
      DATABASE_URL: await migratedDatabase(),
      PORT: new URL(first.url).port,
    });
    expect(exitCode).toBe(1);
    expect(output).toContain('set PORT to another port');
    expect(output.match(/EADDRINUSE/g)).toHaveLength(1);
    // Others may have begun to go by it.
    expect(output).toContain('shown this once');
  });

  it('that was taken at the first start costs nobody the sight of the token of the owner', async () => {
    const first = await start({ DATABASE_URL: await migratedDatabase() });
    expect((await failure({ PORT: new URL(first.url).port })).output).not.toContain('shown this once');
    const next = await start();
    const [, token] = /shown this once: (\S+)/.exec(next.output()) ?? [];
    const headers = { authorization: `Bearer ${token ?? ''}` };
    expect((await json(next, '/admin/session', { headers })).status).toBe(200);
  });
});

describe('the embedded database', () => {
  it('stops with the service, and keeps what was acknowledged through SIGKILL', async () => {
    const env = { ...stage.settings };
    await stage.scenario('rate-limited', { retryAfter: 3_600 });
    const first = await start(env);
    expect((await json(first, '/profile')).body).toMatchObject({ code: 'upstream_rate_limited' });
    await first.stop('SIGKILL');
    await stage.reset();

    // The next one finds the server that was left behind, and what it was told: nothing is sent before the time.
    const second = await start(env);
    const { status, headers, body } = await json(second, '/profile');
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'upstream_rate_limited' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(await json(second, '/health')).toMatchObject({ body: { providers: [{ state: 'blocked' }, {}] } });
    expect(await stage.calls()).toEqual({});
    expect(await second.stop()).toBe(0);
  });

  it('is in a folder that is made when it is missing, and belongs to one service: a second one leaves it alone', async () => {
    const env = { DATA_DIR: join(folder, 'a/b') };
    mkdirSync(join(folder, 'a'));
    const first = await start(env);
    const { exitCode, output } = await failure(env);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/already|another/i);
    expect(output).toContain('DATA_DIR');
    expect((await json(first, '/health/ready')).status).toBe(200);
  });
});

describe('signals', () => {
  it.each([
    ['its database is made', (data: string) => readdirSync(data).some((name) => name.startsWith('postgres.init-'))],
    ['its database starts', (data: string) => existsSync(join(data, 'postgres/postmaster.pid'))],
  ])('leave nothing running when they come while %s', async (_, isReached) => {
    const { child, ended, output } = await beginProcess(folder);
    const data = join(folder, 'data');
    await eventually(() => {
      expect(isReached(data)).toBe(true);
      return Promise.resolve();
    });
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(output()).toContain('Tonearm ends as soon as its start is over.');
    // The owner would not see it again.
    expect(output()).not.toContain('shown this once');
    expect(readdirSync(join(data, 'postgres'))).not.toContain('postmaster.pid');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends it cleanly, also with a kept connection', async (signal) => {
    const service = await start({ DATABASE_URL: await migratedDatabase() });
    await (await fetch(`${service.url}/health/live`)).text();
    expect(await service.stop(signal)).toBe(0);
  });
});

describe('several processes on one database', () => {
  it('start at once, and keep to a refusal that any of them got', async () => {
    const env = { DATABASE_URL: await emptyDatabase(), ...stage.settings };
    const services = await Promise.all([1, 2, 3, 4].map(async () => start({ ...env, PORT: String(await freePort()) })));
    await stage.scenario('rate-limited', { times: 1, retryAfter: 600 });
    expect((await json(services[0] as ServiceProcess, '/profile')).status).toBe(503);
    for (const service of services) {
      expect((await json(service, '/top/tracks')).body).toMatchObject({ code: 'upstream_rate_limited' });
    }
    expect(await stage.calls()).toEqual({ 'user.getinfo': 1 });
  });
});
