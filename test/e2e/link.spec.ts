import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { spotifyApps } from '../../apps/sandbox/src/spotify/apps.js';
import { eventually } from '../support/eventually.js';
import {
  ADMIN_TOKEN,
  JSON_ALONE,
  PAGE,
  Visitor,
  beginConsent,
  decide,
  expectNothingLinked,
  expectPage,
  expectProblem,
  link,
  openBrowser,
  openProgram,
  partOf,
  textAt,
  useLinking,
} from '../support/linking.js';

const linking = useLinking();
const { first, second, open } = spotifyApps;
const READS = 'user-library-read user-read-currently-playing user-read-recently-played user-top-read';
const ADA = { id: expect.any(String), name: 'Ada' };
/** What every public list and profile is read by. */
const PATHS = ['/profile', '/recent-tracks', '/top/tracks', '/top/artists', '/top/albums', '/loved-tracks'];

/** The apps, with what was agreed to by each: its scopes, one text for each link. */
async function links(visitor: Visitor): Promise<Record<string, string[]>> {
  const { body } = await visitor.get('/admin/clients', { accept: JSON_ALONE });
  const { items } = body as { items: { clientId: string; links: { scopes: string[] }[] }[] };
  return Object.fromEntries(
    items.map((item) => [item.clientId, item.links.map(({ scopes }) => scopes.join(' ')).sort()]),
  );
}

/** What a public read answers: its status, and its code when it is a problem. */
async function read(path: string, url = linking.service.url): Promise<string> {
  const answer = await fetch(url + path);
  return `${answer.status} ${textAt(await answer.json(), 'code')}`.trim();
}

describe('a browser', () => {
  it('is sent on with all that a consent needs, and nothing else', async () => {
    const browser = await openBrowser(linking);
    const reply = await browser.get('/auth');
    expect(reply.status).toBe(302);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^tonearm-consent=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const address = new URL(reply.headers.get('location') ?? '');
    expect(address.origin + address.pathname).toBe(`${linking.wire.url}/spotify/accounts/authorize`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: first.clientId,
      response_type: 'code',
      redirect_uri: `${linking.service.url}/callback`,
      scope: expect.any(String),
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(address.searchParams.get('scope')?.split(' ').sort().join(' ')).toBe(READS);
    const another = await beginConsent(browser);
    for (const name of ['state', 'code_challenge']) {
      expect(partOf(another, name)).not.toBe(address.searchParams.get(name));
    }
  });

  it('comes back to a page that names the account, and everything can be read', async () => {
    const browser = await openBrowser(linking);
    for (const path of PATHS) expect(await read(path)).toBe('503 provider_not_linked');
    const begun = await beginConsent(browser);
    const back = await decide(begun);
    const page = await browser.get(back);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).toContain('<h1>Spotify is linked</h1>');
    expect(page.text).toContain('<strong>Ada</strong>');
    for (const secret of [partOf(back, 'code'), partOf(back, 'state')]) expect(page.text).not.toContain(secret);
    for (const path of PATHS) expect(await read(path)).toBe('200');
    const challenges = [...linking.wire.heard.verifiers].map((verifier) =>
      createHash('sha256').update(verifier).digest('base64url'),
    );
    expect(challenges).toContain(partOf(begun, 'code_challenge'));
  });

  it('that comes again is told whose account is linked', async () => {
    const browser = await openBrowser(linking);
    await link(browser);
    const page = await browser.get('/auth');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<strong>Ada</strong>');
    expect(page.text).toContain('href="/auth?force=1"');
  });

  it('may have several consents under way, in whatever order they come back', async () => {
    const browser = await openBrowser(linking);
    const begun = [await beginConsent(browser), await beginConsent(browser, '?scope=streaming')];
    const [firstBack = '', secondBack = ''] = await Promise.all(begun.map((address) => decide(address)));
    for (const back of [secondBack, firstBack]) expect((await browser.get(back)).status).toBe(200);
    expect((await links(browser))[first.clientId]).toEqual(['streaming', READS]);
  });

  it('may finish several at the same moment', async () => {
    const browser = await openBrowser(linking);
    const begun = [await beginConsent(browser), await beginConsent(browser), await beginConsent(browser)];
    const backs = await Promise.all(begun.map((address) => decide(address)));
    const replies = await Promise.all(backs.map((back) => browser.get(back)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await links(browser))[first.clientId]).toEqual([READS]);
    expect(await read('/profile')).toBe('200');
  });

  it.each([
    ['code and state', (back: string) => ({ code: partOf(back, 'code'), state: partOf(back, 'state') })],
    ['the whole address', (back: string) => ({ url: back })],
  ])('may hand in %s by itself', async (_, bodyOf) => {
    const browser = await openBrowser(linking, JSON_ALONE);
    const reply = await browser.post('/callback', bodyOf(await decide(await beginConsent(browser))));
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ status: 'authentication_successful', account: ADA });
    expect(await read('/profile')).toBe('200');
  });
});

describe('a program', () => {
  it('gets JSON at each step', async () => {
    const program = openProgram(linking);
    const begun = await program.get('/auth');
    expect(begun.status).toBe(200);
    expect(begun.headers.get('set-cookie')).toBeNull();
    expect(begun.body).toEqual({
      auth_url: expect.stringContaining('/authorize?'),
      redirect_uri: `${linking.service.url}/callback`,
    });
    const done = await program.get(await decide(textAt(begun.body, 'auth_url')));
    expect(done.status).toBe(200);
    expect(done.body).toEqual({
      status: 'authentication_successful',
      provider: 'spotify',
      clientId: first.clientId,
      account: ADA,
      scopes: READS.split(' '),
      missingScopes: [],
      replaced: null,
    });
    expect((await program.get('/auth')).body).toEqual({ status: 'already_authenticated' });
  });

  it('that says nothing of what it takes gets JSON too when it cannot be sent on', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    // What fetch of a browser and of Node sends by itself.
    const answer = await fetch(`${linking.service.url}/auth?force=1`, { headers, redirect: 'manual' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ auth_url: expect.stringContaining('/authorize?') });
  });

  it('that only looks at the address with HEAD uses nothing up', async () => {
    const program = openProgram(linking);
    const { pathname, search } = new URL(await decide(await beginConsent(program)));
    const looked = await fetch(linking.service.url + pathname + search, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(looked.status).toBe(405);
    expect((await program.get(pathname + search)).status).toBe(200);
    // A second time it says that it was finished, and not that nothing was linked.
    const again = await program.get(pathname + search, { accept: PAGE });
    expect(again.status).toBe(409);
    expect(again.text).toContain('Finished already');
  });

  it('is the same one however it writes its header', async () => {
    const url = await decide(await beginConsent(openProgram(linking)));
    const other = new Visitor(linking.service, { authorization: `bearer  ${ADMIN_TOKEN}` });
    expect((await other.post('/callback', { url })).body).toMatchObject({ status: 'authentication_successful' });
  });

  it('may begin where a browser does not, and hand the address in', async () => {
    const program = openProgram(linking);
    const url = await decide(await beginConsent(program));
    expect((await program.post('/callback', { url })).body).toMatchObject({ status: 'authentication_successful' });
  });
});

describe('a link', () => {
  it('is asked for again with force=1, and then replaces the one before', async () => {
    const program = openProgram(linking);
    await link(program);
    const before = await program.get('/admin/clients');
    const address = await beginConsent(program, '?force=1');
    expect(partOf(address, 'show_dialog')).toBe('true');
    expect((await program.get(await decide(address))).body).toMatchObject({ replaced: null });
    const after = await program.get('/admin/clients');
    expect((await links(program))[first.clientId]).toEqual([READS]);
    const consentedAt = ({ body }: { body: unknown }) =>
      /"consentedAt":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? '';
    expect(consentedAt(after) > consentedAt(before)).toBe(true);
  });

  it('of which not all was granted has what was, and tells the rest, on the page too', async () => {
    await linking.stage.control('PUT', '/control/spotify/switches', { grants: 'first' });
    const program = openProgram(linking);
    const done = await program.get(await decide(await beginConsent(program)));
    const granted = 'user-read-currently-playing';
    const others = READS.split(' ').filter((scope) => scope !== granted);
    expect(done.body).toMatchObject({ scopes: [granted], missingScopes: others });
    expect((await links(program))[first.clientId]).toEqual([granted]);
    const page = await program.get(await decide(await beginConsent(program, '?force=1')), { accept: PAGE });
    expect(page.text).toMatch(new RegExp(`Not granted: .*${others.join('.*')}`));
  });

  it('stays that of the account when Spotify comes to call it by another id', async () => {
    await linking.stage.control('PUT', '/control/spotify/switches', { mode: 'legacy' });
    const program = openProgram(linking);
    await link(program);
    await linking.stage.control('PUT', '/control/spotify/switches', { mode: 'dev2026' });
    const address = await beginConsent(program, '?scope=playlist-read-private');
    expect((await program.get(await decide(address))).body).toMatchObject({ replaced: null });
    expect((await links(program))[first.clientId]?.sort()).toEqual(['playlist-read-private', READS].sort());
  });

  it('of another scope is asked for exactly, and stands beside the first', async () => {
    const program = openProgram(linking);
    await link(program);
    const address = await beginConsent(program, '?scope=playlist-read-private%20streaming');
    expect(partOf(address, 'scope')).toBe('playlist-read-private streaming');
    expect(partOf(address, 'show_dialog')).toBe('');
    expect((await program.get(await decide(address))).body).toMatchObject({
      scopes: ['playlist-read-private', 'streaming'],
    });
    expect((await links(program))[first.clientId]).toEqual(['playlist-read-private streaming', READS]);
    for (const path of PATHS) expect(await read(path)).toBe('200');
  });

  it.each([
    ['a secret', second.clientId, { clientId: second.clientId, clientSecret: second.secret }],
    ['PKCE alone', open.clientId, { clientId: open.clientId }],
  ])('may be of an app that was added, with %s', async (_, clientId, client) => {
    const program = openProgram(linking);
    expect((await program.post('/admin/clients', client)).status).toBe(201);
    const address = await beginConsent(program, `?client_id=${clientId}`);
    expect(partOf(address, 'client_id')).toBe(clientId);
    expect((await program.get(await decide(address))).body).toMatchObject({ clientId, account: ADA });
    expect(await links(program)).toEqual({ [first.clientId]: [], [clientId]: [READS] });
    // What visitors see is the account of the app in the settings.
    expect(await read('/profile')).toBe('503 provider_not_linked');
  });

  it('of one account takes the place of that of another', async () => {
    const browser = await openBrowser(linking);
    const names = async (): Promise<unknown[]> => {
      const { rows } = await linking.sql('SELECT account_name FROM account_grants');
      const profile = await (await fetch(`${linking.service.url}/profile`)).json();
      return [...rows, textAt(profile, 'displayName')];
    };
    const signIn = (person: string): Promise<unknown> =>
      linking.stage.control('PUT', '/control/spotify/switches', { person });
    await link(browser);
    expect(await names()).toEqual([{ account_name: 'Ada' }, 'Ada']);
    await signIn('guest');
    expect((await link(browser, '?force=1')).text).toContain('Ada, is forgotten');
    expect(await names()).toEqual([{ account_name: 'Grace <3' }, 'Grace <3']);
    await signIn('listener');
    expect((await link(browser, '?force=1')).text).toContain('Grace &lt;3, is forgotten');
    expect(await names()).toEqual([{ account_name: 'Ada' }, 'Ada']);
  });
});

describe('to forget the link', () => {
  it('forgets what was read by it too', async () => {
    const browser = await openBrowser(linking);
    await link(browser);
    for (const path of PATHS) expect(await read(path)).toBe('200');
    await eventually(async () => {
      expect(await (await fetch(`${linking.service.url}/currently-playing`)).json()).toMatchObject({ isPlaying: true });
    });
    const gone = await browser.delete('/auth');
    expect(gone.status).toBe(200);
    expect(gone.body).toEqual({ status: 'not_authenticated', forgotten: 1 });
    for (const path of PATHS) expect(await read(path)).toBe('503 provider_not_linked');
    expect(await (await fetch(`${linking.service.url}/currently-playing`)).json()).toMatchObject({
      isPlaying: false,
      degraded: { reason: 'provider_not_linked' },
    });
    expect((await linking.sql('SELECT * FROM account_grants')).rows).toEqual([]);
    expect((await browser.delete('/auth')).body).toEqual({ status: 'not_authenticated', forgotten: 0 });
    expect((await browser.get('/auth')).status).toBe(302);
  });

  it('of one app leaves that of another', async () => {
    const program = openProgram(linking);
    await program.post('/admin/clients', { clientId: open.clientId });
    await link(program);
    await link(program, `?client_id=${open.clientId}`);
    const gone = await program.delete(`/auth?client_id=${open.clientId}`);
    expect(gone.body).toEqual({ status: 'not_authenticated', forgotten: 1 });
    expect(await links(program)).toEqual({ [first.clientId]: [READS], [open.clientId]: [] });
    expect(await read('/profile')).toBe('200');
  });
});

describe('two processes', () => {
  it('finish what the other has begun, and forget what the other has forgotten', async () => {
    const other = await linking.start();
    const browser = await openBrowser(linking);
    const url = await decide(await beginConsent(browser));
    const page = await browser.at(other).post('/callback', { url });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { url: at } of [linking.service, other]) {
      await eventually(async () => {
        expect(await read('/profile', at)).toBe('200');
      });
    }
    await browser.delete('/auth');
    await eventually(async () => {
      expect(await read('/profile', other.url)).toBe('503 provider_not_linked');
    }, 2_000);
  });
});

describe('a stranger', () => {
  const stranger = (accept: string): Visitor => new Visitor(linking.service, { accept });

  it.each(['/auth', '/callback?code=a&state=b'])('at %s is asked for the token', async (path) => {
    expectProblem(await stranger('*/*').get(path), {
      status: 401,
      code: 'unauthorized',
      cause: /for the owner/,
      remedy: /ADMIN_TOKEN/,
    });
    const page = await stranger(PAGE).get(path);
    expect(page.status).toBe(401);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    // A form that does not post would put the token into the address where its script does not run.
    expect(page.text).toMatch(/<form id="login" method="post">[^]*<input [^>]*name="token" type="password"/);
    const assets = [...page.text.matchAll(/(?:src|href)="(\/[\w./]+\.(?:js|css|svg))"/g)].map(
      ([, asset = '']) => asset,
    );
    expect(assets).toContain('/owner.js');
    for (const asset of assets) expect((await stranger('*/*').get(asset)).status, asset).toBe(200);
  });

  it('can change nothing', async () => {
    for (const reply of [
      await stranger('*/*').post('/callback', { code: 'a', state: 'b' }),
      await stranger('*/*').delete('/auth'),
      await stranger('*/*').post('/admin/tokens', { scopes: [] }),
      await stranger('*/*').get('/admin/clients'),
      await stranger('*/*').get('/admin/audit'),
    ]) {
      expect(reply.status).toBe(401);
    }
  });

  it('who comes back logged out can log in and go on', async () => {
    const browser = await openBrowser(linking);
    const back = await decide(await beginConsent(browser));
    await browser.delete('/admin/session');
    expect((await browser.get(back)).status).toBe(401);
    await browser.post('/admin/session', { token: ADMIN_TOKEN });
    expect((await browser.get(back)).status).toBe(200);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that hides itself', { origin: 'null' }],
  ])("cannot make the owner's browser link or forget an account: %s", async (_, headers) => {
    const browser = await openBrowser(linking, '*/*');
    const back = await decide(await beginConsent(browser));
    const parts = { code: partOf(back, 'code'), state: partOf(back, 'state') };
    const refusal = {
      status: 403,
      code: 'forbidden',
      cause: /came from a page of somebody else/,
      remedy: /Use the pages of this service/,
    };
    expectProblem(await browser.post('/callback', parts, headers), refusal);
    expectPage(
      await browser.post('/callback', parts, { ...headers, accept: PAGE }),
      await browser.post('/callback', parts, headers),
    );
    await expectNothingLinked(linking);
    expect((await browser.post('/callback', parts)).status).toBe(200);
    expectProblem(await browser.delete('/auth', headers), refusal);
    expectProblem(await browser.post('/admin/tokens', { scopes: [] }, headers), refusal);
    expect((await linking.sql('SELECT 1 FROM account_grants')).rowCount).toBe(1);
  });
});

describe('an address that Spotify would not come back to', () => {
  it.each([
    ['plain http', 'http://music.example.org', /plain http to another machine/, /Set BASE_URL to an https address/],
    ['localhost', 'http://localhost:7723', /does not send anybody back to "localhost"/, /127\.0\.0\.1 in place of/],
  ])('is found out before anybody leaves: %s', async (_, origin, cause, remedy) => {
    const at = await linking.start({ BASE_URL: origin });
    const browser = await openBrowser(linking, '*/*', at);
    const reply = await browser.get('/auth');
    expectProblem(reply, { status: 503, code: 'provider_not_configured', cause, remedy });
    expect(textAt(reply.body, 'detail')).toContain(`${origin}/callback`);
    expectPage(await browser.get('/auth', { accept: PAGE }), reply);
    expect((await browser.get('/auth', { accept: JSON_ALONE })).status).toBe(503);
    // Nobody is sent there, nor told to write it into the settings of the app.
    const { providers } = (await browser.get('/health')).body as { providers: object[] };
    expect(providers).toContainEqual(
      expect.objectContaining({
        id: 'spotify',
        reason: 'provider_not_linked',
        remedy: expect.stringMatching(remedy),
      }),
    );
  });

  it('because it is another machine is linked by pasting', async () => {
    const redirectUri = 'https://music.example.org/callback';
    const at = await linking.start({ SPOTIFY_REDIRECT_URI: redirectUri });
    const browser = await openBrowser(linking, PAGE, at);
    const page = await browser.get('/auth');
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<code>${redirectUri}</code>`);
    expect(page.text).toMatch(/<form id="paste" method="post">[^]*<input[^>]* name="url"/);
    const [, href = ''] = /<a href="([^"]+)" target="_blank"/.exec(page.text) ?? [];
    const authUrl = href.replaceAll('&amp;', '&');
    expect(partOf(authUrl, 'redirect_uri')).toBe(redirectUri);
    const url = await decide(authUrl);
    expect(url).toMatch(/^https:\/\/music\.example\.org\/callback\?code=/);
    const pasted = await browser.post('/callback', { url }, { accept: JSON_ALONE });
    expect(pasted.body).toMatchObject({ status: 'authentication_successful', account: { name: 'Ada' } });
  });

  it('because the browser came by another name is linked by pasting', async () => {
    const browser = await openBrowser(linking);
    const page = await browser.get(`${linking.service.url.replace('127.0.0.1', 'localhost')}/auth`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<code>${linking.service.url}/callback</code>`);
    expect(page.text).toContain('<form id="paste" method="post">');
  });
});

describe('a walk', () => {
  it('has secrets of every kind, which the log is searched for after each test', async () => {
    const program = openProgram(linking);
    await program.post('/admin/clients', { clientId: second.clientId, clientSecret: second.secret });
    await openBrowser(linking);
    await link(program, `?client_id=${second.clientId}`);
    for (const [kind, heard] of Object.entries(linking.wire.heard)) expect(heard.size, kind).toBeGreaterThan(0);
    expect(linking.wire.cookies.size).toBeGreaterThan(0);
    expect(linking.service.output()).toContain('Spotify is linked');
  });
});
