import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../testing/pick.js';
import { apiKey, sandboxUnderTest } from '../testing/sandbox-under-test.js';

const sandbox = await sandboxUnderTest();
const info = { method: 'user.getInfo' };
const loved = { method: 'user.getLovedTracks' };

async function state(): Promise<unknown> {
  return (await sandbox.control('GET', '')).json();
}

async function ledger(): Promise<unknown> {
  return (await sandbox.control('GET', '/ledger')).json();
}

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

describe('setting scenarios', () => {
  it('lists what there is, each in a line, and what is in force', async () => {
    await sandbox.scenario('slow', { ms: 5, method: 'user.getInfo', times: 3 });
    const lastfm = pick(await state(), 'lastfm');
    expect(pick(lastfm, 'inForce')).toEqual([
      { scenario: 'slow', method: 'user.getinfo', parameters: { ms: 5 }, remaining: 3 },
    ]);
    const scenarios = pickList(lastfm, 'scenarios');
    expect(scenarios.length).toBeGreaterThanOrEqual(30);
    for (const one of scenarios) expect(pick(one, 'about')).toMatch(/^\S.{10,}\.$/);
  });

  it('can be for one method, beside another for all', async () => {
    await sandbox.scenario('offline');
    await sandbox.scenario('backend-failed', { method: 'USER.getInfo' });
    expect((await sandbox.ask(info)).status).toBe(500);
    expect((await sandbox.ask(loved)).status).toBe(503);
    await sandbox.scenario('normal', { method: 'user.getinfo' });
    expect((await sandbox.ask(info)).status).toBe(200);
    expect((await sandbox.ask(loved)).status).toBe(503);
    await sandbox.scenario('normal');
    expect((await sandbox.ask(loved)).status).toBe(200);
    expect(pick(await state(), 'lastfm', 'inForce')).toEqual([]);
  });

  it('can be for a number of times', async () => {
    await sandbox.scenario('offline', { times: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await sandbox.ask(info)).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('for one method leaves the one for all in force when its times are over', async () => {
    await sandbox.scenario('offline');
    await sandbox.scenario('backend-failed', { method: 'user.getInfo', times: 1 });
    expect((await sandbox.ask(info)).status).toBe(500);
    expect((await sandbox.ask(info)).status).toBe(503);
  });

  it('ends with a reset, of every upstream', async () => {
    await sandbox.scenario('offline');
    await sandbox.control('PUT', '/spotify', { scenario: 'server-error' });
    await sandbox.control('PUT', '/spotify/switches', { premium: false });
    await sandbox.ask(info);
    const after: unknown = await (await sandbox.control('POST', '/reset')).json();
    expect([pick(after, 'lastfm', 'inForce'), pick(after, 'spotify', 'inForce')]).toEqual([[], []]);
    expect(pick(after, 'spotify', 'switches', 'premium')).toBe(true);
    expect(await ledger()).toEqual({ calls: [], counts: {} });
  });

  it('ends with DELETE', async () => {
    await sandbox.scenario('offline');
    await sandbox.scenario('offline', { method: 'user.getinfo' });
    await sandbox.control('DELETE', '/lastfm');
    expect((await sandbox.ask(info)).status).toBe(200);
  });

  it.each([
    ['no object', ['idle']],
    ['no scenario', {}],
    ['an unknown scenario', { scenario: 'explode' }],
    ['a name that every object has', { scenario: 'toString' }],
    ['an unknown method', { scenario: 'idle', method: 'user.getEverything' }],
    ['no times', { scenario: 'idle', times: 0 }],
    ['half a time', { scenario: 'idle', times: 1.5 }],
    ['more times than there are', { scenario: 'idle', times: 1_000_001 }],
    ['a parameter too many', { scenario: 'idle', ms: 5 }],
    ['a parameter out of bounds', { scenario: 'slow', ms: -1 }],
    ['a parameter above its bounds', { scenario: 'slow', ms: 600_001 }],
    ['a parameter missing', { scenario: 'playing' }],
    ['a song without a title', { scenario: 'playing', track: { artist: 'A' } }],
    ['a song with more than a song has', { scenario: 'playing', track: { artist: 'A', title: 'T', year: 1 } }],
    ['a rate above 1', { scenario: 'flaky', rate: 2 }],
    ['a Retry-After that is none', { scenario: 'rate-limited', retryAfter: 'soon' }],
    ['a Retry-After that is no date', { scenario: 'rate-limited', retryAfter: 'soon GMT' }],
    ['a Retry-After in another form', { scenario: 'rate-limited', retryAfter: '2026-10-21T07:28:00Z' }],
  ])('is refused with %s, and says what is allowed', async (_, request) => {
    const response = await sandbox.control('PUT', '/lastfm', request);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem: unknown = await response.json();
    expect(pick(problem, 'status')).toBe(400);
    expect(pick(problem, 'detail')).toMatch(/\S/);
    expect(pickKeys(problem, 'allowed')).not.toHaveLength(0);
    expect((await sandbox.ask(info)).status).toBe(200);
    expect(pick(await state(), 'lastfm', 'inForce')).toEqual([]);
  });

  it('refuses a word that is none of those there are', async () => {
    const response = await sandbox.control('PUT', '/spotify/switches', { mode: 'dev2027' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('one of dev2026, extended, legacy');
  });

  it('refuses a body that is no JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${sandbox.url}/control/lastfm`, { method: 'PUT', headers, body: '{"scenario"' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('the clock', () => {
  it('moves the listening forward, and not the time of the calls', async () => {
    const before = await state();
    const left = pickNumber(before, 'listener', 'endMs') - pickNumber(before, 'clock', 'nowMs');
    const after: unknown = await (await sandbox.control('PUT', '/clock', { offsetMs: left })).json();
    expect(pickNumber(after, 'listener', 'scrobbles')).toBe(pickNumber(before, 'listener', 'scrobbles') + 1);
    expect(pickNumber(after, 'listener', 'startMs')).toBe(pickNumber(before, 'listener', 'endMs'));
    await sandbox.ask(info);
    expect(pick(await ledger(), 'calls', 0, 'at')).toBe(sandbox.clock.nowMs);
    await sandbox.control('PUT', '/clock', { offsetMs: 0 });
  });

  it.each([{}, { offsetMs: -1 }, { offsetMs: '5' }, { offsetMs: 1, more: 2 }])('refuses %o', async (request) => {
    expect((await sandbox.control('PUT', '/clock', request)).status).toBe(400);
  });
});

describe('the ledger', () => {
  it('notes each call, and only the end of a key', async () => {
    const query = new URLSearchParams({ ...info, user: 'Ada', format: 'json', api_key: apiKey });
    await fetch(`${sandbox.url}/2.0/?${query.toString()}`, {
      headers: { 'user-agent': 'Tester/1.0 (+me@example.org)' },
    });
    await sandbox.scenario('offline');
    await sandbox.ask({ method: 'user.getRecentTracks' });
    await sandbox.ask({ method: 'user.getEverything' });
    expect(await ledger()).toEqual({
      calls: [
        {
          at: sandbox.clock.nowMs,
          method: 'GET',
          path: '/2.0/',
          operation: 'user.getinfo',
          query: { method: 'user.getInfo', user: 'Ada', format: 'json', api_key: 'cdef' },
          userAgent: 'Tester/1.0 (+me@example.org)',
          status: 200,
          overlapping: 0,
        },
        expect.objectContaining({ operation: 'user.getrecenttracks', status: 503 }),
        expect.objectContaining({ operation: 'unknown' }),
      ],
      counts: { 'user.getinfo': 1, 'user.getrecenttracks': 1, unknown: 1 },
    });
    expect(JSON.stringify(await ledger())).not.toContain(apiKey);
  });

  it('sees which calls were under way together', async () => {
    await sandbox.scenario('slow', { ms: 300, times: 3 });
    await Promise.all([sandbox.ask(info), sandbox.ask(info), sandbox.ask(loved)]);
    await sandbox.ask(info);
    const overlapping = pickList(await ledger(), 'calls').map((call) => pick(call, 'overlapping'));
    expect(overlapping).toEqual([2, 2, 2, 0]);
  });

  it('keeps the last thousand and counts all', async () => {
    for (let call = 0; call < 1005; call += 1) await (await sandbox.ask({ method: 'nothing' })).arrayBuffer();
    await sandbox.ask(info);
    const full = await ledger();
    expect(pickList(full, 'calls')).toHaveLength(1000);
    expect(pick(full, 'calls', 999, 'operation')).toBe('user.getinfo');
    expect(pick(full, 'counts')).toEqual({ unknown: 1005, 'user.getinfo': 1 });
    await sandbox.control('DELETE', '/ledger');
    expect(await ledger()).toEqual({ calls: [], counts: {} });
  });

  it('holds no control requests and no pictures', async () => {
    await state();
    await fetch(`${sandbox.url}/art/${'0'.repeat(32)}.png`);
    expect(pick(await ledger(), 'calls')).toEqual([]);
  });
});
