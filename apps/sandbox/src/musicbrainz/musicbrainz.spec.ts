import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickList } from '../testing/pick.js';
import { noonMs, sandboxUnderTest } from '../testing/sandbox-under-test.js';

const sandbox = await sandboxUnderTest();
const userAgent = 'Tester/1.0 ( me@example.org )';

function ask(isrc: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${sandbox.musicbrainzUrl}/isrc/${isrc}?fmt=json`, { headers: { 'user-agent': userAgent, ...headers } });
}

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  sandbox.clock.nowMs = noonMs;
});

/** Asks for so many, slowly enough. */
async function askSlowly(count: number): Promise<Response[]> {
  const answers: Response[] = [];
  for (let number = 0; number < count; number += 1) {
    sandbox.clock.nowMs += 1_001;
    answers.push(await ask(`ZZSBX${String(number).padStart(7, '0')}`));
  }
  return answers;
}

describe('MusicBrainz', () => {
  it('knows the recordings of most ISRCs, the same each time, and of the others nothing', async () => {
    const [first, again] = [await askSlowly(40), await askSlowly(40)];
    const bodies = await Promise.all(first.map((answer) => answer.json()));
    expect(await Promise.all(again.map((answer) => answer.json()))).toEqual(bodies);
    const known = bodies.filter((_, number) => first[number]?.status === 200);
    const unknown = bodies.filter((_, number) => first[number]?.status === 404);
    expect(known.length + unknown.length).toBe(40);
    expect(unknown.length).toBeGreaterThan(3);
    for (const body of unknown) expect(pick(body, 'error')).toBe('Not Found');
    const counts = known.map((body) => pickList(body, 'recordings').length);
    expect(new Set(counts)).toEqual(new Set([1, 2, 3]));
    expect(pick(known[0], 'recordings', 0, 'id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it.each(['zzsbx0000001', 'ZZ-SBX-00-00001', 'ZZSBX000000', 'ZZSBX00000001', '1ZSBX0000001'])(
    'takes %s for no ISRC',
    async (isrc) => {
      const answer = await ask(isrc);
      expect([answer.status, pick(await answer.json(), 'error')]).toEqual([400, 'Invalid isrc.']);
    },
  );

  it.each(['', 'curl/8.0', 'Tester/1.0', 'Tester (me@example.org)', 'Tester/1.0 (somebody)'])(
    'does not let "%s" in',
    async (agent) => {
      expect((await ask('ZZSBX0000001', { 'user-agent': agent })).status).toBe(403);
    },
  );

  it('refuses whoever asks more than once a second, until they have slowed down', async () => {
    const isrc = 'ZZSBX0000001';
    const burst = [];
    for (let call = 0; call < 13; call += 1) burst.push(await ask(isrc));
    expect(burst.map(({ status }) => status === 503)).toEqual(burst.map((_, at) => at >= 10));
    expect(burst[10]?.headers.get('retry-after')).toBe('0');
    sandbox.clock.nowMs += 9_900;
    expect((await ask(isrc)).status).toBe(503);
    sandbox.clock.nowMs += 10_001;
    expect((await ask(isrc)).status).not.toBe(503);
  });

  it('has scenarios of its own, and stands in the ledger', async () => {
    const statuses = [];
    for (const scenario of ['busy', 'away', 'server-error', 'refused', 'html']) {
      expect((await sandbox.control('PUT', '/musicbrainz', { scenario })).status).toBe(200);
      sandbox.clock.nowMs += 1_001;
      const answer = await ask('ZZSBX0000001');
      statuses.push([answer.status, answer.headers.get('content-type')?.split(';', 1)[0]]);
    }
    expect(statuses).toEqual([
      [503, 'application/json'],
      [503, 'text/html'],
      [500, 'application/json'],
      [403, 'application/json'],
      [502, 'text/html'],
    ]);
    const ledger: unknown = await (await sandbox.control('GET', '/ledger')).json();
    expect(pick(ledger, 'counts')).toEqual({ 'musicbrainz isrc': 5 });
    expect(pick(ledger, 'calls', 0)).toMatchObject({ path: '/musicbrainz/isrc/ZZSBX0000001', userAgent });
  });
});
