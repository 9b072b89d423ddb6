import { describe, expect, it } from 'vitest';
import { linking } from './spotify.linking.js';
import { SpotifySettings } from './spotify.settings.js';
import { bodyOf, textOf } from './testing/fixtures.js';
import { TOKEN, type Said, listening } from './testing/spotify-server.js';

const ID = 'a11ce0000000000000000000000a11ce';
const SECRET = '5ec2e7000000000000000000000a11ce';

function settings(own: Partial<SpotifySettings> = {}): SpotifySettings {
  return Object.assign(new SpotifySettings(), own);
}

describe('linking', () => {
  it('is at Spotify unless it is elsewhere', () => {
    expect(linking.tokenUrl(settings())).toBe('https://accounts.spotify.com/api/token');
    const elsewhere = settings({ SPOTIFY_ACCOUNTS_URL: 'http://127.0.0.1:9000/spotify/accounts/' });
    expect(linking.tokenUrl(elsewhere)).toBe('http://127.0.0.1:9000/spotify/accounts/api/token');
  });

  it('uses the app of the settings, which may have no secret', () => {
    expect(linking.app(settings())).toBeNull();
    expect(linking.app(settings({ SPOTIFY_CLIENT_ID: ID }))).toEqual({ clientId: ID, clientSecret: null });
    expect(linking.app(settings({ SPOTIFY_CLIENT_ID: ID, SPOTIFY_CLIENT_SECRET: SECRET }))).toEqual({
      clientId: ID,
      clientSecret: SECRET,
    });
  });

  it('comes back to where the settings say, if they do', () => {
    expect(linking.redirectUri(settings())).toBeNull();
    expect(linking.redirectUri(settings({ SPOTIFY_REDIRECT_URI: 'https://a.example/callback' }))).toBe(
      'https://a.example/callback',
    );
  });

  it('asks for exactly what the reads need, unless the settings ask for something else', () => {
    expect([...linking.scopes(settings())].sort()).toEqual([
      'user-library-read',
      'user-read-currently-playing',
      'user-read-recently-played',
      'user-top-read',
    ]);
    expect(linking.scopes(settings({ SPOTIFY_SCOPES: 'user-top-read,  streaming user-top-read' }))).toEqual([
      'user-top-read',
      'streaming',
    ]);
  });

  it('lasts six months', () => {
    expect(linking.consentMonths).toBe(6);
  });
});

describe('whose token it is', () => {
  async function identified(said: Said) {
    const { upstream, calls } = await listening(() => said);
    const account = await linking.identify(upstream, TOKEN).catch((error: unknown) => error);
    return { account, calls };
  }

  it('is asked with that token', async () => {
    const { calls } = await identified({ body: textOf('me') });
    expect(calls).toEqual([{ method: 'GET', path: 'me', query: {}, authorization: `Bearer ${TOKEN}`, body: '' }]);
  });

  it.each([
    ['the id that never changes', textOf('me'), { id: 'acc_0001ada', formerIds: ['ada1815'], name: 'Ada L.' }],
    ['the name of the account', textOf('me-bare'), { id: 'ada1815', formerIds: [], name: 'ada1815' }],
    [
      'the only one there is',
      JSON.stringify({ ...bodyOf('me'), account_id: null, display_name: '' }),
      { id: 'ada1815', formerIds: [], name: 'ada1815' },
    ],
  ])('is told by %s', async (_, body, account) => {
    expect((await identified({ body })).account).toEqual(account);
  });

  it.each([
    [{ status: 401, body: '{"error":{"status":401,"message":"Invalid access token"}}' }, 'reauthorization_required', 1],
    [{ status: 403, body: 'User not registered in the Developer Dashboard' }, 'user_not_registered', 1],
    [{ status: 503, body: '' }, 'upstream_error', 3],
    [{ body: '{"id":""}' }, 'upstream_error', 1],
  ])('%o is told in our words', async (said, code, attempts) => {
    const { account, calls } = await identified(said);
    expect(account).toMatchObject({ name: 'ProviderError', code });
    expect(calls).toHaveLength(attempts);
  });
});
