import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ConsentStates } from './consent-states.js';
import { CLIENT, PROVIDER, type Workshop, openWorkshop } from './testing/room.js';

let shop: Workshop;
let states: ConsentStates;
const request = {
  provider: PROVIDER,
  clientId: CLIENT,
  redirectUri: 'http://127.0.0.1:7723/callback',
  scopes: ['b', 'a'],
  binder: 'cookie-1',
  codeVerifier: 'canary0verifier0that0only0its0state0brings0back',
};

beforeAll(async () => {
  shop = await openWorkshop();
  ({ states } = await shop.process());
});
afterAll(() => shop.close());
beforeEach(() => shop.prisma.consentState.deleteMany());

it('comes back as it was begun', async () => {
  const state = await states.begin(request);
  expect(state).toMatch(/^[\w-]{43}$/);
  expect(await states.take(state, 'cookie-1')).toEqual({
    refused: null,
    provider: PROVIDER,
    clientId: CLIENT,
    redirectUri: request.redirectUri,
    scopes: ['a', 'b'],
    codeVerifier: request.codeVerifier,
  });
});

it('is kept without anything that could be used', async () => {
  const state = await states.begin(request);
  const [row] = await shop.prisma.$queryRaw<{ whole: string }[]>`SELECT s::text AS whole FROM consent_states s`;
  expect(row?.whole).not.toContain(state);
  expect(row?.whole).not.toContain('cookie-1');
  expect(row?.whole).not.toContain(request.codeVerifier);
});

it('is given to one of those that try at once', async () => {
  const state = await states.begin(request);
  const waiting = () => shop.prisma.$queryRaw`SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted`;
  // Both are stopped at the row before the first one may go on.
  const tries = await shop.prisma.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1 AS one FROM consent_states FOR UPDATE`;
    const begun = [states.take(state, 'cookie-1'), states.take(state, 'cookie-1')];
    await expect.poll(waiting, { timeout: 4_000, interval: 10 }).toEqual([{ n: 2 }]);
    return { begun };
  });
  const refusals = (await Promise.all(tries.begun)).map(({ refused }) => refused);
  expect(refusals.sort()).toEqual([null, 'used'].sort());
});

it('works in two tabs at once', async () => {
  const [one, two] = [await states.begin(request), await states.begin({ ...request, codeVerifier: 'two' })];
  expect(await states.take(two, 'cookie-1')).toMatchObject({ refused: null, codeVerifier: 'two' });
  expect(await states.take(one, 'cookie-1')).toMatchObject({ codeVerifier: request.codeVerifier });
});

it('is not for another browser, which does not use it up either', async () => {
  const state = await states.begin(request);
  expect(await states.take(state, 'cookie-2')).toEqual({ refused: 'other_browser' });
  expect(await states.take(state, 'cookie-1')).toMatchObject({ refused: null });
  expect(await states.take(state, 'cookie-2')).toEqual({ refused: 'other_browser' });
});

it('is unknown when nobody began it', async () => {
  await states.begin(request);
  expect(await states.take('made up', 'cookie-1')).toEqual({ refused: 'unknown' });
});

it('lasts ten minutes by the clock of the database, and is swept out a day later', async () => {
  const state = await states.begin(request);
  const age = (interval: string) =>
    shop.prisma.$executeRawUnsafe(`UPDATE consent_states SET expires_at = expires_at - interval '${interval}'`);
  const [row] = await shop.prisma.$queryRaw<{ right: boolean }[]>`
    SELECT expires_at BETWEEN now() + interval '9 min 50 s' AND now() + interval '10 min' AS right FROM consent_states`;
  expect(row?.right).toBe(true);
  await age('10 min');
  expect(await states.take(state, 'cookie-1')).toEqual({ refused: 'expired' });
  await age('1 day');
  await states.begin(request);
  expect(await shop.prisma.consentState.count()).toBe(1);
  expect(await states.take(state, 'cookie-1')).toEqual({ refused: 'unknown' });
});

it('does not open with the verifier of another', async () => {
  const state = await states.begin(request);
  await states.begin(request);
  await shop.prisma.$executeRaw`
    UPDATE consent_states AS mine SET verifier = other.verifier FROM consent_states AS other WHERE mine.hash <> other.hash`;
  await expect(states.take(state, 'cookie-1')).rejects.toMatchObject({ code: 'envelope_tampered' });
});
