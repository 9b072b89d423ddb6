import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { ISO, json } from '../support/harness.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
let stage: Stage;
let settings: Readonly<Record<string, string>>;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'lastfm',
    ...stage.settings,
    ...stage.spotifySettings,
  };
  service = await startService(folder, settings);
  other = await startService(folder, settings);
});
afterEach(async () => {
  await asOwner(service, 'DELETE', '/admin/provider');
  await stage.reset();
});
afterAll(async () => {
  await service.stop();
  await other.stop();
  await stage.close();
  removeFolder(folder);
});

const choose = (choice: object, at = service): Promise<{ status: number; body: unknown }> =>
  asOwner(at, 'PUT', '/admin/provider', choice);

async function sourceAt(at: Service, path = '/currently-playing'): Promise<unknown> {
  return ((await json(at, path)).body as { source: unknown }).source;
}

describe('switching', () => {
  it('is refused while the provider is not linked, and changes nothing', async () => {
    await asOwner(service, 'DELETE', '/auth');
    expect(await choose({ active: 'spotify' })).toMatchObject({
      status: 503,
      body: { code: 'provider_not_linked', remedy: expect.stringContaining('/auth') },
    });
    expect(await choose({ fallback: 'spotify' })).toMatchObject({ status: 503, body: { code: 'provider_not_linked' } });
    expect(await sourceAt(service)).toBe('last.fm');
    expect((await asOwner(service, 'GET', '/admin/providers')).body).toMatchObject({
      active: 'lastfm',
      fallback: null,
      chosenBy: 'settings',
      since: null,
    });
  });

  it('is refused while the provider itself refuses', async () => {
    await linkByProgram(service, stage);
    await stage.control('PUT', '/control/spotify', { scenario: 'not-registered' });
    expect(await choose({ active: 'spotify' })).toMatchObject({ status: 503, body: { code: 'user_not_registered' } });
    expect(await sourceAt(service)).toBe('last.fm');
  });

  it('is in force everywhere within a second, for every read, and is written down', async () => {
    await linkByProgram(service, stage);
    const before = { now: await sourceAt(other), top: await sourceAt(other, '/top/tracks') };
    expect(before).toEqual({ now: 'last.fm', top: 'last.fm' });
    expect(await choose({ active: 'spotify', fallback: 'lastfm' })).toEqual({
      status: 200,
      body: { active: 'spotify', fallback: 'lastfm', chosenBy: 'admin', since: expect.stringMatching(ISO) },
    });
    expect(await sourceAt(service)).toBe('spotify');
    expect(await sourceAt(service, '/top/tracks')).toBe('spotify');
    await eventually(async () => {
      expect(await sourceAt(other)).toBe('spotify');
    }, 1_000);
    expect(await sourceAt(other, '/top/tracks')).toBe('spotify');
    expect(await sourceAt(other, '/summary')).toBe('spotify');
    const { items } = (await asOwner(other, 'GET', '/admin/audit?limit=1')).body as { items: object[] };
    expect(items).toEqual([
      {
        id: expect.any(Number),
        at: expect.stringMatching(ISO),
        actor: 'owner',
        action: 'provider.chosen',
        subject: 'spotify',
        detail: {
          active: 'spotify',
          fallback: 'lastfm',
          chosenBy: 'admin',
          activeBefore: 'lastfm',
          fallbackBefore: null,
        },
      },
    ]);
  });

  it('outlives a restart, and can be taken back', async () => {
    await linkByProgram(service, stage);
    await choose({ active: 'spotify' });
    const late = await startService(folder, settings);
    try {
      expect(await sourceAt(late)).toBe('spotify');
      expect((await asOwner(late, 'DELETE', '/admin/provider')).body).toMatchObject({
        active: 'lastfm',
        chosenBy: 'settings',
      });
      expect(await sourceAt(late)).toBe('last.fm');
    } finally {
      await late.stop();
    }
  });

  it('to the fallback makes the two change places', async () => {
    await linkByProgram(service, stage);
    await choose({ active: 'spotify', fallback: 'lastfm' });
    expect((await choose({ active: 'lastfm' })).body).toMatchObject({ active: 'lastfm', fallback: 'spotify' });
    expect((await choose({ fallback: 'none' })).body).toMatchObject({ active: 'lastfm', fallback: null });
  });

  it.each([
    [{}, 'active'],
    [{ active: 'napster' }, 'active'],
    [{ active: 7 }, 'active'],
    [{ fallback: '' }, 'fallback'],
    [{ active: 'lastfm', fallback: 'lastfm' }, 'fallback'],
  ])('refuses %j, and says what is taken', async (body, name) => {
    expect(await choose(body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: expect.stringContaining(name) },
    });
  });

  it('loses no request while hundreds ask', async () => {
    await linkByProgram(service, stage);
    const sources = ['last.fm', 'spotify'];
    let isOver = false;
    const visit = async (at: Service): Promise<unknown[]> => {
      const seen: unknown[] = [];
      while (!isOver) {
        const answer = await json(at, '/currently-playing');
        seen.push(answer.status === 200 && sources.includes(String((answer.body as { source: unknown }).source)));
      }
      return seen;
    };
    const visitors = [service, service, other, other].map(visit);
    for (let turn = 0; turn < 6; turn += 1) {
      const active = turn % 2 === 0 ? 'spotify' : 'lastfm';
      expect((await choose({ active, fallback: 'none' }, turn % 3 === 0 ? service : other)).status).toBe(200);
    }
    isOver = true;
    const seen = (await Promise.all(visitors)).flat();
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen)).toEqual(new Set([true]));
  });
});
