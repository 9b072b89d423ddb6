import { beforeEach, describe, expect, it } from 'vitest';
import { spotifyApps } from '../apps.js';
import { newProof, redirectUri, spotifyUnderTest } from '../../testing/spotify-under-test.js';

const sandbox = await spotifyUnderTest();

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

/** The address to which an answer leads, without its parameters, and these. */
function told(response: Response): { address: string; parameters: Record<string, string> } {
  const location = new URL(response.headers.get('location') ?? '');
  return { address: `${location.origin}${location.pathname}`, parameters: Object.fromEntries(location.searchParams) };
}

describe('a request that cannot be', () => {
  it.each([
    ['an unknown client', { client_id: 'f'.repeat(32) }, 'INVALID_CLIENT: Invalid client'],
    ['another path', { redirect_uri: 'http://127.0.0.1:7723/callback/' }, 'INVALID_CLIENT: Invalid redirect URI'],
    ['another host', { redirect_uri: 'https://other.example.org/callback' }, 'INVALID_CLIENT: Invalid redirect URI'],
    [
      'a port beside https',
      { redirect_uri: 'https://music.example.org:8443/callback' },
      'INVALID_CLIENT: Invalid redirect URI',
    ],
    ['localhost', { redirect_uri: 'http://localhost:7723/callback' }, 'INVALID_CLIENT: Insecure redirect URI'],
    ['localhost by https', { redirect_uri: 'https://localhost/callback' }, 'INVALID_CLIENT: Insecure redirect URI'],
    ['plain http', { redirect_uri: 'http://music.example.org/callback' }, 'INVALID_CLIENT: Insecure redirect URI'],
    [
      'a name like loopback',
      { redirect_uri: 'http://127.0.0.1.example.org/callback' },
      'INVALID_CLIENT: Insecure redirect URI',
    ],
    ['a scope that does not exist', { scope: 'user-top-read user-top-write' }, 'Illegal scope'],
    ['the implicit grant', { response_type: 'token' }, 'response_type must be code'],
    ['no redirect', { redirect_uri: null }, 'Missing required parameter: redirect_uri'],
    ['PKCE without a method', { code_challenge: 'x'.repeat(43) }, 'code_challenge_method must be S256'],
    [
      'plain PKCE',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'code_challenge_method must be S256',
    ],
    ['half a challenge', { code_challenge: 'x', code_challenge_method: 'S256' }, 'Invalid code_challenge'],
  ])('%s is told to the person alone', async (_, more, text) => {
    await sandbox.switches({ consent: 'agree' });
    const response = await sandbox.authorize(more);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      400,
      'text/plain',
      text,
    ]);
  });
});

describe('where codes go', () => {
  it.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'https://music.example.org/callback',
  ])('%s is registered', async (address) => {
    await sandbox.switches({ consent: 'agree' });
    const response = await sandbox.authorize({ redirect_uri: address });
    expect(told(response).address).toBe(new URL(address).href);
  });

  it('an address with a port, a parameter or a scheme of its own can be registered', async () => {
    const redirectUris = ['http://[::1]:9/back?from=spotify', 'tonearm://callback'];
    await sandbox.set('PUT', '/spotify/apps', { clientId: 'c'.repeat(32), secret: null, redirectUris });
    await sandbox.switches({ consent: 'deny' });
    const ask = { client_id: 'c'.repeat(32), state: 'x' };
    for (const address of redirectUris) {
      const response = await sandbox.authorize({ ...ask, redirect_uri: address });
      expect(response.headers.get('location')).toMatch(/[?&]error=access_denied&state=x$/);
      expect(response.headers.get('location')?.startsWith(address)).toBe(true);
    }
    expect((await sandbox.authorize({ ...ask, redirect_uri: 'http://[::1]:10/back?from=spotify' })).status).toBe(400);
  });
});

describe('the consent page', () => {
  it('says who asks for what, and sends the person back with a code and the state', async () => {
    const page = await sandbox.authorize({ scope: 'user-top-read user-read-private', ...pkce() });
    const html = await page.text();
    expect(page.headers.get('content-type')).toContain('text/html');
    for (const said of [spotifyApps.first.name, 'user-top-read', 'user-read-private', redirectUri])
      expect(html).toContain(said);
    const agreed = await submit(html, 'agree');
    const { address, parameters } = told(agreed);
    expect([agreed.status, address]).toEqual([302, redirectUri]);
    expect(Object.keys(parameters)).toEqual(['code', 'state']);
    expect(parameters['state']).toBe('s & t');
  });

  it('sends back access_denied and the state, and nothing more, on Cancel', async () => {
    const denied = await submit(await (await sandbox.authorize()).text(), 'cancel');
    expect(told(denied).parameters).toEqual({ error: 'access_denied', state: 's & t' });
  });

  it('does not come again for what was allowed, unless it is asked for or the app asks for more', async () => {
    await submit(await (await sandbox.authorize({ scope: 'user-top-read user-library-read' })).text(), 'agree');
    expect((await sandbox.authorize({ scope: 'user-library-read user-top-read' })).status).toBe(302);
    expect((await sandbox.authorize({ show_dialog: 'true' })).status).toBe(200);
    expect((await sandbox.authorize({ show_dialog: 'false' })).status).toBe(302);
    expect((await sandbox.authorize({ scope: 'user-top-read streaming' })).status).toBe(200);
    expect((await sandbox.authorize({ client_id: spotifyApps.second.clientId })).status).toBe(200);
    await sandbox.set('POST', '/spotify/revoke');
    expect((await sandbox.authorize()).status).toBe(200);
  });

  it('can be answered without a person, or never', async () => {
    await sandbox.switches({ consent: 'agree' });
    expect(told(await sandbox.authorize({ state: null })).parameters).toEqual({ code: expect.stringMatching(/^AQ/) });
    await sandbox.switches({ consent: 'deny' });
    expect(told(await sandbox.authorize()).parameters).toEqual({ error: 'access_denied', state: 's & t' });
    await sandbox.switches({ consent: 'never' });
    expect(await (await sandbox.authorize()).text()).not.toContain('<form');
  });
});

function pkce(): Record<string, string> {
  return { code_challenge: newProof().challenge, code_challenge_method: 'S256' };
}

/** Sends the form of a consent page as a browser would. */
function submit(html: string, decision: string): Promise<Response> {
  const action = (/action="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&').replaceAll('&quot;', '"');
  return fetch(new URL(action, `${sandbox.spotify.accountsUrl}/authorize`), {
    method: 'POST',
    body: new URLSearchParams({ decision }),
    redirect: 'manual',
  });
}
