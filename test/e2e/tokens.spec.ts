import { describe, expect, it } from 'vitest';
import { spotifyApps } from '../../apps/sandbox/src/spotify/apps.js';
import { ISO } from '../support/harness.js';
import { type Reply, Visitor, link, openBrowser, openProgram, textAt, useLinking } from '../support/linking.js';

const linking = useLinking();
const { first, second, open } = spotifyApps;
const NARROW = ['user-top-read'];
const UNKNOWN_APP = 'dead0000000000000000000000000dead';
const SECOND = { clientId: second.clientId, clientSecret: second.secret, label: 'weekend scripts' };

function ask(scopes: unknown, more: object = {}): Promise<Reply> {
  return openProgram(linking).post('/admin/tokens', { scopes, ...more });
}

/** A token that must come. */
async function token(scopes: readonly string[], more: object = {}): Promise<string> {
  const { status, body, text } = await ask(scopes, more);
  expect(status, text).toBe(200);
  return textAt(body, 'accessToken');
}

/** What Spotify answers to a token. */
async function ofApi(accessToken: string, path = 'me'): Promise<number> {
  const { status } = await fetch(`${linking.stage.spotifySettings['SPOTIFY_API_URL'] ?? ''}/${path}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return status;
}

/** As if the hour of every access token were over, here and at Spotify. */
async function expire(): Promise<void> {
  await linking.sql(`UPDATE account_grants SET access_expires_at = now() - interval '1 second'`);
  await linking.stage.control('POST', '/control/spotify/expire');
}

async function addSecond(): Promise<void> {
  expect((await openProgram(linking).post('/admin/clients', SECOND)).status).toBe(201);
}

interface AuditEntry {
  id: number;
  action: string;
  actor: string;
  subject: string;
  detail: object;
}

/** What was written down since, the first first. */
async function auditSince(id: number): Promise<AuditEntry[]> {
  const { body } = await openProgram(linking).get('/admin/audit?limit=200');
  const { items } = body as { items: AuditEntry[] };
  return items.filter((entry) => entry.id > id).reverse();
}

async function lastAudit(): Promise<number> {
  const { rows } = await linking.sql('SELECT coalesce(max(id), 0) AS id FROM audit');
  return Number(rows[0]?.['id']);
}

function expectRefusal({ status, headers, body }: Reply, expected: number, code: string, detail: RegExp): void {
  expect(body).toMatchObject({
    status: expected,
    code,
    detail: expect.stringMatching(detail),
    remedy: expect.any(String),
  });
  expect(status).toBe(expected);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
}

describe('a token', () => {
  it('is good for what it says', async () => {
    await link(openProgram(linking));
    const { status, headers, body } = await ask(NARROW);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      accessToken: expect.stringMatching(/^BQ/),
      tokenType: 'Bearer',
      expiresAt: expect.any(String),
      expiresIn: expect.any(Number),
      scopes: expect.arrayContaining(NARROW),
      provider: 'spotify',
      clientId: first.clientId,
      account: 'Ada',
    });
    const { accessToken, expiresAt, expiresIn } = body as { accessToken: string; expiresAt: string; expiresIn: number };
    expect(await ofApi(accessToken, 'me/top/tracks')).toBe(200);
    expect(expiresIn).toBeGreaterThan(3_500);
    expect(expiresIn).toBeLessThanOrEqual(3_600);
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - expiresIn * 1_000)).toBeLessThan(5_000);
  });

  it('is the narrowest that will do', async () => {
    const program = openProgram(linking);
    await link(program, `?scope=${NARROW.join('%20')}`);
    await link(program);
    const narrow = await token(NARROW);
    expect(await ofApi(narrow, 'me/top/artists')).toBe(200);
    expect(await ofApi(narrow, 'me/player/currently-playing')).toBe(401);
    expect(await token([])).toBe(narrow);
    const wide = await token([...NARROW, 'user-read-currently-playing']);
    expect(await ofApi(wide, 'me/player/currently-playing')).toBe(200);
  });

  it('is never that of another app', async () => {
    const program = openProgram(linking);
    await addSecond();
    await link(program);
    expectRefusal(await ask([], { clientId: second.clientId }), 503, 'provider_not_linked', /No Spotify account/);
    await link(program, `?client_id=${second.clientId}&scope=user-top-read`);
    const [own, other] = [await token(NARROW), await token(NARROW, { clientId: second.clientId })];
    await linking.stage.control('POST', '/control/spotify/revoke', { clientId: second.clientId });
    expect(await ofApi(own)).toBe(200);
    expect(await ofApi(other)).toBe(401);
    // The first app's would do.
    const wider = await ask(['user-read-recently-played'], { clientId: second.clientId });
    expectRefusal(wider, 403, 'insufficient_scope', /has not agreed to: user-read-recently-played\.$/);
    await program.delete(`/auth?client_id=${first.clientId}`);
    expectRefusal(await ask(NARROW), 503, 'provider_not_linked', /No Spotify account/);
  });

  it.each([
    ['the app of the settings', first.clientId],
    ['an added app', second.clientId],
  ])('of too little says what is missing, and where it is granted: %s', async (_, clientId) => {
    const program = openProgram(linking);
    await addSecond();
    await link(program, `?client_id=${clientId}`);
    const scopes = ['playlist-read-private', 'user-top-read', 'streaming'];
    const refusal = await ask(scopes, { clientId });
    expectRefusal(refusal, 403, 'insufficient_scope', /has not agreed to: playlist-read-private streaming\.$/);
    const [, query = ''] = /\/auth(\?\S+)\.$/.exec(textAt(refusal.body, 'remedy')) ?? [];
    expect((await link(program, query)).body).toMatchObject({ status: 'authentication_successful', clientId });
    expect(await ofApi(await token(scopes, { clientId }), 'me/playlists')).toBe(200);
  });

  it('that is over is refreshed, once for all who ask', async () => {
    await link(openProgram(linking));
    const before = await token(NARROW);
    await expire();
    expect(await ofApi(before)).toBe(401);
    await linking.stage.control('DELETE', '/control/spotify/ledger');
    const tokens = await Promise.all([1, 2, 3, 4].map(() => token(NARROW)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(before);
    expect(await ofApi(tokens[0] ?? '')).toBe(200);
    expect(await linking.stage.control('GET', '/control/spotify/ledger')).toMatchObject({ counts: { refreshes: 1 } });
  });

  it('of an app with PKCE alone is refreshed too', async () => {
    const program = openProgram(linking);
    const { clientId } = open;
    await program.post('/admin/clients', { clientId });
    await linking.stage.control('PUT', '/control/spotify/switches', { rotation: 'rotate-strict' });
    await link(program, `?client_id=${clientId}`);
    for (let round = 0; round < 3; round += 1) {
      await expire();
      expect(await ofApi(await token(NARROW, { clientId }))).toBe(200);
    }
  });

  it('of a consent that was withdrawn is refused until the account agrees again', async () => {
    const program = openProgram(linking);
    await link(program);
    await linking.stage.control('POST', '/control/spotify/revoke');
    await expire();
    // Spotify has refused living consents for a while: the second time counts.
    expectRefusal(await ask(NARROW), 503, 'reauthorization_required', /has refused the stored consent once/);
    await linking.sql('UPDATE account_grants SET cooldown_until = NULL');
    expectRefusal(await ask(NARROW), 503, 'reauthorization_required', /withdrawn, or has expired/);
    expect(await (await fetch(`${linking.service.url}/profile`)).json()).toMatchObject({
      code: 'reauthorization_required',
      remedy: expect.stringContaining('/auth'),
    });
    expect((await link(program)).body).toMatchObject({ status: 'authentication_successful' });
    expect(await ofApi(await token(NARROW))).toBe(200);
    expect((await fetch(`${linking.service.url}/profile`)).status).toBe(200);
  });

  it('that the upstream has refused already is given to nobody', async () => {
    const program = openProgram(linking);
    await link(program);
    const refused = await token(NARROW);
    await linking.stage.control('POST', '/control/spotify/revoke');
    expect(await ofApi(refused)).toBe(401);
    // Only the service's own calls tell it.
    expect((await fetch(`${linking.service.url}/top/tracks`)).status).toBe(503);
    expectRefusal(await ask(NARROW), 503, 'reauthorization_required', /has refused the stored consent once/);
  });

  it('needs a link', async () => {
    expectRefusal(await ask([]), 503, 'provider_not_linked', /No Spotify account is linked/);
    expect(textAt((await ask([])).body, 'remedy')).toContain('/auth');
  });
});

describe('the audit trail', () => {
  it('has every hand-out, and no token', async () => {
    const program = openProgram(linking);
    await addSecond();
    const since = await lastAudit();
    await link(program);
    await link(program, `?client_id=${second.clientId}&scope=user-top-read`);
    const tokens = [await token(['user-library-read']), await token(NARROW, { clientId: second.clientId })];
    await ask(['streaming']);
    await ask('everything');
    await program.delete(`/admin/clients/${second.clientId}`);
    const entries = await auditSince(since);
    expect(entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`)).toEqual([
      'owner account.linked spotify',
      'owner account.linked spotify',
      'owner token.issued spotify',
      'owner token.issued spotify',
      'owner client.removed spotify',
      'owner account.unlinked spotify',
    ]);
    expect(entries[2]?.detail).toMatchObject({ clientId: first.clientId, asked: ['user-library-read'] });
    expect(entries[3]?.detail).toMatchObject({ clientId: second.clientId, asked: NARROW, scopes: NARROW });
    const { rows } = await linking.sql('SELECT detail::text FROM audit');
    const written = JSON.stringify(rows);
    const { accessTokens, refreshTokens, codes, states, verifiers } = linking.wire.heard;
    expect([...accessTokens]).toEqual(expect.arrayContaining(tokens));
    for (const secret of [second.secret, ...accessTokens, ...refreshTokens, ...codes, ...states, ...verifiers]) {
      expect(written).not.toContain(secret);
    }
  });
});

describe('an app beside that of the settings', () => {
  it('is listed with its links and without its secret', async () => {
    const program = openProgram(linking);
    const added = await program.post('/admin/clients', SECOND);
    await program.post('/admin/clients', { clientId: open.clientId, label: 'open' });
    await link(program, `?client_id=${second.clientId}&scope=user-top-read`);
    const listed = await program.get('/admin/clients');
    expect(listed.headers.get('cache-control')).toBe('no-store');
    expect(listed.body).toEqual({
      items: [
        expect.objectContaining({ clientId: first.clientId, hasSecret: true, fromSettings: true, links: [] }),
        {
          provider: 'spotify',
          clientId: open.clientId,
          label: 'open',
          hasSecret: false,
          fromSettings: false,
          links: [],
        },
        {
          provider: 'spotify',
          clientId: second.clientId,
          label: 'weekend scripts',
          hasSecret: true,
          fromSettings: false,
          links: [
            expect.objectContaining({
              account: 'Ada',
              scopes: NARROW,
              status: 'ok',
              consentedAt: expect.stringMatching(ISO),
              expiresAt: expect.stringMatching(ISO),
            }),
          ],
        },
      ],
    });
    for (const { text } of [added, listed]) {
      expect(text).not.toContain(second.secret);
      expect(text).not.toContain(first.secret);
    }
    const { rows } = await linking.sql('SELECT secret FROM oauth_clients WHERE secret IS NOT NULL');
    expect(JSON.stringify(rows)).not.toContain(second.secret);
  });

  it('may be given another secret, which counts from then on', async () => {
    const program = openProgram(linking);
    await program.post('/admin/clients', { ...SECOND, clientSecret: 'a-secret-of-yesterday' });
    const refused = await link(program, `?client_id=${second.clientId}`);
    expectRefusal(refused, 503, 'provider_not_configured', /"Invalid client secret"/);
    expect((await program.post('/admin/clients', { ...SECOND, label: 'renamed' })).body).toMatchObject({
      label: 'renamed',
    });
    const { label, ...secretAlone } = SECOND;
    expect((await program.post('/admin/clients', secretAlone)).body).toMatchObject({ label: 'renamed' });
    expect((await linking.sql('SELECT label FROM oauth_clients')).rows).not.toEqual([{ label }]);
    expect((await link(program, `?client_id=${second.clientId}`)).status).toBe(200);
  });

  it.each([
    ['in the path', `/admin/clients/${second.clientId}`],
    ['in the query', `/admin/clients?client_id=${second.clientId}`],
  ])('takes its links along when it is removed, named %s', async (_, path) => {
    const program = openProgram(linking);
    await addSecond();
    await link(program);
    await link(program, `?client_id=${second.clientId}`);
    expect((await program.delete(path)).status).toBe(204);
    const { rows } = await linking.sql('SELECT client_id FROM account_grants');
    expect(rows).toEqual([{ client_id: first.clientId }]);
    expectRefusal(await ask([], { clientId: second.clientId }), 400, 'invalid_request', /names no app/);
    expectRefusal(await program.delete(path), 404, 'not_found', /no such app/);
    expect((await fetch(`${linking.service.url}/profile`)).status).toBe(200);
    await addSecond();
    expectRefusal(await ask([], { clientId: second.clientId }), 503, 'provider_not_linked', /No Spotify account/);
  });

  it('is another one: that of the settings can be neither added nor removed', async () => {
    const program = openProgram(linking);
    await link(program);
    const own = await program.post('/admin/clients', { clientId: first.clientId, clientSecret: first.secret });
    expectRefusal(own, 409, 'conflict', /the app of the settings/);
    const removed = await program.delete(`/admin/clients/${first.clientId}`);
    expectRefusal(removed, 409, 'conflict', /the app of the settings/);
    expect(await ofApi(await token(NARROW))).toBe(200);
  });

  it('can be added and removed by pages of the service alone', async () => {
    const browser = await openBrowser(linking);
    const foreign = { origin: 'https://evil.example' };
    expectRefusal(await browser.post('/admin/clients', SECOND, foreign), 403, 'forbidden', /a page of somebody else/);
    expect((await browser.post('/admin/clients', SECOND)).status).toBe(201);
    const path = `/admin/clients/${second.clientId}`;
    expectRefusal(await browser.delete(path, foreign), 403, 'forbidden', /a page of somebody else/);
    expect((await browser.delete(path)).status).toBe(204);
    const stranger = new Visitor(linking.service, {});
    expect((await stranger.post('/admin/clients', SECOND)).status).toBe(401);
    expect((await stranger.delete(path)).status).toBe(401);
  });
});

describe('what cannot be understood', () => {
  it.each([
    ['no list of scopes', { scopes: 'user-top-read' }, /^scopes must be a list/],
    ['no scopes at all', {}, /^scopes must be a list/],
    ['51 scopes', { scopes: Array.from({ length: 51 }, (_, index) => `scope-${index}`) }, /^scopes must be .* 50/],
    ['a scope that is none', { scopes: ['user-top-read playlist-read-private'] }, /^scopes must be a list/],
    ['a scope that is an object', { scopes: [{ toString: 'x' }] }, /^scopes must be a list/],
    ['a client id that is none', { scopes: [], clientId: ['x'] }, /^clientId must be/],
    ['an empty client id', { scopes: [], clientId: '' }, /^clientId must be/],
  ])('is refused by its name: %s', async (_, body, detail) => {
    await link(openProgram(linking));
    const refusal = await openProgram(linking).post('/admin/tokens', body);
    expectRefusal(refusal, 400, 'invalid_request', detail);
  });

  it('is refused by its name: an app that is not there', async () => {
    await link(openProgram(linking));
    expectRefusal(await ask([], { clientId: UNKNOWN_APP }), 400, 'invalid_request', /names no app/);
  });

  it.each([['/admin/tokens'], ['/admin/clients'], ['/callback']])(
    'is refused when it is too long: %s',
    async (path) => {
      const reply = await openProgram(linking).post(path, { scopes: ['x'.repeat(100_000)] });
      expectRefusal(reply, 413, 'payload_too_large', /longer than 64 kB/);
    },
  );

  it.each([
    ['no client id', {}, /^clientId must be/],
    ['a client id with a slash', { clientId: '../x' }, /^clientId must be/],
    ['an empty secret', { clientId: 'x', clientSecret: '' }, /^clientSecret must be/],
    ['a secret with a space', { clientId: 'x', clientSecret: 'a b' }, /^clientSecret must be/],
    ['a label of 101 characters', { clientId: 'x', label: 'x'.repeat(101) }, /^label must be/],
    ['a provider that has no apps', { clientId: 'x', provider: 'lastfm' }, /^provider has no apps/],
  ])('adds no app: %s', async (_, body, detail) => {
    expectRefusal(await openProgram(linking).post('/admin/clients', body), 400, 'invalid_request', detail);
    expect((await linking.sql('SELECT 1 FROM oauth_clients')).rowCount).toBe(0);
  });

  it.each([
    ['an empty scope', '?scope=', /^scope must be/],
    ['two spaces between scopes', '?scope=a%20%20b', /^scope must be/],
    ['scope twice', '?scope=a&scope=b', /^scope must be/],
    ['a scope of 5101 characters', `?scope=${'x'.repeat(5_101)}`, /^scope must be/],
    ['force in words', '?force=yes', /^force must be 0 or 1/],
    ['an empty client_id', '?client_id=', /^client_id must be/],
    ['a slash in client_id', '?client_id=a%2Fb', /^client_id must be/],
  ])('begins no consent: %s', async (_, query, detail) => {
    expectRefusal(await openProgram(linking).get(`/auth${query}`), 400, 'invalid_request', detail);
  });

  it('removes no app that is not named', async () => {
    expectRefusal(await openProgram(linking).delete('/admin/clients'), 400, 'invalid_request', /^client_id must be/);
  });
});
