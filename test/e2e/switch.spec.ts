import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { ISO, json } from '../support/harness.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
let stage: Stage;
let front: Front;
let settings: Readonly<Record<string, string>>;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  front = await openFront(stage.spotifySettings['SPOTIFY_API_URL'] ?? '');
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'lastfm',
    ...stage.settings,
    ...stage.spotifySettings,
    SPOTIFY_API_URL: front.url,
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
  await front.close();
  await stage.close();
  removeFolder(folder);
});

/** Stands before Spotify's Web API, and passes everything on but what it is told to hold. */
interface Front {
  url: string;
  /** Holds the next call of a path. @returns when it has come, and then answers it */
  hold: (path: string) => Promise<(status: number, text: string) => void>;
  close: () => Promise<void>;
}

async function openFront(apiUrl: string): Promise<Front> {
  const holding = new Map<string, (answer: (status: number, text: string) => void) => void>();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const come = holding.get(path);
    if (come) {
      holding.delete(path);
      come((status, text) => response.writeHead(status).end(text));
      return;
    }
    const headers = { authorization: request.headers.authorization ?? '' };
    void fetch(`${apiUrl}${request.url ?? ''}`, { headers }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    hold: (path) => new Promise((resolve) => holding.set(path, resolve)),
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
}

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

  it('is refused while it refuses, also for the one that answers already', async () => {
    await linkByProgram(service, stage);
    await choose({ active: 'spotify' });
    await stage.control('PUT', '/control/spotify', { scenario: 'not-registered' });
    expect(await choose({ active: 'spotify', fallback: 'lastfm' })).toMatchObject({
      status: 503,
      body: { code: 'user_not_registered' },
    });
    expect((await asOwner(service, 'GET', '/admin/providers')).body).toMatchObject({ fallback: null });
    // Whoever names only the other one is in trouble with this one, and says so.
    expect(await choose({ fallback: 'lastfm' })).toMatchObject({ status: 200, body: { fallback: 'lastfm' } });
  });

  it('while a request is under way that will fail: the new one answers that one too', async () => {
    await choose({ active: 'lastfm', fallback: 'none' });
    expect(await sourceAt(service, '/recent-tracks')).toBe('last.fm');
    await linkByProgram(service, stage);
    await choose({ active: 'spotify' });
    // A new link empties what is in memory.
    await linkByProgram(service, stage);
    const held = front.hold('/me/player/recently-played');
    const underWay = json(service, '/recent-tracks');
    const refuse = await held;
    expect(await choose({ active: 'lastfm', fallback: 'none' })).toMatchObject({ status: 200 });
    refuse(403, 'Active premium subscription required for the owner of the app.');
    const { status, headers, body } = await underWay;
    expect({ status, body }).toMatchObject({ status: 200, body: { source: 'last.fm' } });
    expect(headers.get('cache-status')).not.toContain('detail');
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

  it('to the fallback is refused while the two cannot change places, with a way out', async () => {
    await linkByProgram(service, stage);
    await choose({ active: 'spotify', fallback: 'lastfm' });
    await asOwner(service, 'DELETE', '/auth');
    expect(await choose({ active: 'lastfm' })).toMatchObject({
      status: 503,
      body: { code: 'provider_not_linked', remedy: expect.stringContaining('none') },
    });
    expect((await choose({ active: 'lastfm', fallback: 'none' })).body).toMatchObject({ active: 'lastfm' });
  });

  it('by several at once: each answer is what that request chose, and the trail has no gap', async () => {
    await linkByProgram(service, stage);
    await choose({ active: 'spotify', fallback: 'lastfm' });
    const wanted: { active?: string; fallback?: string }[] = [
      { fallback: 'none' },
      { active: 'lastfm' },
      { fallback: 'lastfm' },
      { active: 'spotify' },
    ];
    const requests = Array.from({ length: 16 }, (_, index) => wanted[index % wanted.length] ?? {});
    const answers = await Promise.all(requests.map((request, index) => choose(request, index % 3 ? service : other)));
    for (const [index, { status, body }] of answers.entries()) {
      // Last.fm cannot be the fallback of itself.
      if (status === 400) continue;
      const { active, fallback } = requests[index] ?? {};
      expect({ status, body }).toMatchObject({ status: 200, body: active ? { active } : {} });
      if (fallback) expect(body).toMatchObject({ fallback: fallback === 'none' ? null : fallback });
    }
    const chosen = answers.filter(({ status }) => status === 200).map(({ body }) => body);
    const { items } = (await asOwner(service, 'GET', `/admin/audit?limit=${chosen.length + 1}`)).body as {
      items: { detail: Record<string, unknown> }[];
    };
    const steps = items.map(({ detail }) => detail).reverse();
    for (const [index, step] of steps.entries()) {
      const before = steps[index - 1];
      if (before) expect(step).toMatchObject({ activeBefore: before['active'], fallbackBefore: before['fallback'] });
    }
    const told = (one: unknown): string =>
      JSON.stringify([Reflect.get(Object(one), 'active'), Reflect.get(Object(one), 'fallback')]);
    expect(chosen.map(told).sort()).toEqual(steps.slice(1).map(told).sort());
    expect((await asOwner(service, 'GET', '/admin/providers')).body).toMatchObject({
      active: steps.at(-1)?.['active'],
    });
  });

  it.each([
    [{}, 'active'],
    [{ active: 'napster' }, 'active'],
    [{ active: 7 }, 'active'],
    [{ active: null }, 'active'],
    [{ fallback: '' }, 'fallback'],
    [{ fallback: null, active: 'lastfm' }, 'fallback'],
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
