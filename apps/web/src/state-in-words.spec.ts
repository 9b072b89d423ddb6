import { expect, it } from 'vitest';
import { type Health, healthFrom, notesOf, piecesOf, summaryOf } from './state-in-words.js';

const WELL = { remedy: null, linkWarning: null };
const HEALTH: Health = {
  ok: true,
  source: 'last.fm',
  user: 'ada1815',
  displayName: 'Ada',
  origin: null,
  database: 'ok',
  degraded: null,
  providers: [
    { id: 'lastfm', displayName: 'Last.fm', state: 'ok', ...WELL },
    { id: 'spotify', displayName: 'Spotify', state: 'not_linked', remedy: 'Link one.', linkWarning: null },
  ],
};
const OUTAGE = { provider: 'spotify', since: '2026-11-21T12:00:00.000Z' };

it('takes what the service says of itself, and nothing that something else has answered in its place', () => {
  expect(healthFrom({ ...HEALTH, checkedAt: OUTAGE.since })).toEqual(HEALTH);
  expect(healthFrom({ ...HEALTH, degraded: OUTAGE })).toEqual({ ...HEALTH, degraded: OUTAGE });
  expect(healthFrom({ ...HEALTH, degraded: { provider: 'spotify' } })).toEqual(HEALTH);
  const behind = { ...HEALTH, origin: 'https://music.example.org' };
  expect(healthFrom(behind)).toEqual(behind);
  for (const other of [null, { ok: true }, { ok: true, providers: [] }, { ...HEALTH, ok: 'yes' }]) {
    expect(healthFrom(other)).toBeNull();
  }
  expect(healthFrom({ ...HEALTH, providers: [null], degraded: true })).toEqual({ ...HEALTH, providers: [] });
  // A process of the version before, in the middle of an update.
  const before = healthFrom({ ...HEALTH, providers: [{ id: 'spotify', state: 'ok' }] });
  expect(before?.providers).toMatchObject([{ displayName: 'spotify' }]);
});

it('says who answers, for whom and since when', () => {
  expect(summaryOf(HEALTH)).toBe('Showing \u2068Ada\u2069 on Last.fm.');
  expect(summaryOf({ ...HEALTH, displayName: null })).toBe('Showing \u2068ada1815\u2069 on Last.fm.');
  expect(summaryOf({ ...HEALTH, user: null, displayName: null })).toBe('Showing Last.fm.');
  expect(summaryOf({ ...HEALTH, degraded: { ...OUTAGE, provider: null } })).toContain('because the provider cannot');
  const instead = summaryOf({ ...HEALTH, degraded: OUTAGE });
  expect(instead).toMatch(
    /^Showing \u2068Ada\u2069 on Last\.fm for now, because Spotify cannot answer \(since .*2026.*\):$/,
  );
  expect(summaryOf({ ...HEALTH, ok: false, degraded: OUTAGE })).toContain('which has a problem (since ');
  expect(summaryOf({ ...HEALTH, ok: false, source: null, user: null, displayName: null })).toContain(
    'No provider is set up',
  );
  expect(summaryOf({ ...HEALTH, ok: false, database: 'unreachable' })).toContain('database');
});

it('tells what is missing, the provider that should answer first, and nothing of one that nobody wants', () => {
  expect(notesOf(HEALTH)).toEqual(['Link one.']);
  const providers = [
    { id: 'lastfm', displayName: 'Last.fm', state: 'not_configured', remedy: 'Set a key.', linkWarning: null },
    { id: 'other', displayName: 'Other', state: 'ok', remedy: null, linkWarning: 'Agree again.' },
    {
      id: 'spotify',
      displayName: 'Spotify',
      state: 'premium_required',
      remedy: 'Renew.',
      linkWarning: 'It ends soon.',
    },
  ];
  expect(notesOf({ ...HEALTH, degraded: OUTAGE, providers })).toEqual(['Renew.', 'It ends soon.', 'Agree again.']);
  expect(notesOf({ ...HEALTH, source: null, providers })).toContain('Set a key.');
  expect(notesOf({ ...HEALTH, degraded: { ...OUTAGE, provider: 'lastfm' }, providers })[0]).toBe('Set a key.');
});

it.each([
  ['Open http://127.0.0.1:7723/auth and agree.', ['http://127.0.0.1:7723/auth'], []],
  ['must be http://127.0.0.1:7723/callback, letter by letter.', [], ['http://127.0.0.1:7723/callback']],
  ['Set X (https://a.example/b; there, Y).', ['https://a.example/b'], []],
  ['Link it at /auth?scope=a%20b and agree; or /auth.', ['/auth?scope=a%20b', '/auth'], []],
  ['Nothing at https://x.example/auth?force=1 before.', ['https://x.example/auth?force=1'], []],
  ['It is in the list (see https://x.example/list).', ['https://x.example/list'], []],
  ['No /authority here.', [], []],
])('finds the addresses in: %s', (text, links, codes) => {
  const pieces = piecesOf(text);
  const of = (kind: string): string[] => pieces.filter((piece) => piece.kind === kind).map((piece) => piece.text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect([of('href'), of('code')]).toEqual([links, codes]);
});
