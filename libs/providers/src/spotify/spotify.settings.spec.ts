import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { SpotifySettings } from './spotify.settings.js';

const KEY = 'a11ce0000000000000000000000a11ce';

/** What is wrong, by the name of the setting. */
function faultsOf(own: Partial<SpotifySettings>): Record<string, string[]> {
  const faults = validateSync(Object.assign(new SpotifySettings(), own));
  return Object.fromEntries(faults.map(({ property, constraints }) => [property, Object.values(constraints ?? {})]));
}

describe('the settings', () => {
  it.each<Partial<SpotifySettings>>([
    {},
    { SPOTIFY_CLIENT_ID: KEY },
    { SPOTIFY_CLIENT_ID: KEY, SPOTIFY_CLIENT_SECRET: KEY },
    { SPOTIFY_REDIRECT_URI: 'https://music.example.org/callback' },
    { SPOTIFY_REDIRECT_URI: 'http://127.0.0.1:7723/callback' },
    { SPOTIFY_REDIRECT_URI: 'http://[::1]:7723/callback' },
    { SPOTIFY_SCOPES: 'user-top-read, user-library-read' },
    { SPOTIFY_API_URL: 'http://127.0.0.1:9000/spotify/v1' },
  ])('%o are right', (own) => {
    expect(faultsOf(own)).toEqual({});
  });

  it.each<[Partial<SpotifySettings>, string, RegExp]>([
    [{ SPOTIFY_CLIENT_ID: 'short' }, 'SPOTIFY_CLIENT_ID', /32 hexadecimal/],
    [{ SPOTIFY_CLIENT_SECRET: KEY }, 'SPOTIFY_CLIENT_ID', /missing while SPOTIFY_CLIENT_SECRET is set/],
    [{ SPOTIFY_CLIENT_ID: KEY, SPOTIFY_CLIENT_SECRET: 'short' }, 'SPOTIFY_CLIENT_SECRET', /32 hexadecimal/],
    [{ SPOTIFY_REDIRECT_URI: 'http://localhost:7723/callback' }, 'SPOTIFY_REDIRECT_URI', /localhost/],
    [{ SPOTIFY_REDIRECT_URI: 'https://localhost/callback' }, 'SPOTIFY_REDIRECT_URI', /localhost/],
    [{ SPOTIFY_REDIRECT_URI: 'http://music.example.org/callback' }, 'SPOTIFY_REDIRECT_URI', /https/],
    [{ SPOTIFY_REDIRECT_URI: 'here' }, 'SPOTIFY_REDIRECT_URI', /https/],
    [{ SPOTIFY_SCOPES: 'user-top-read; DROP' }, 'SPOTIFY_SCOPES', /scope names/],
    [{ SPOTIFY_ACCOUNTS_URL: 'accounts' }, 'SPOTIFY_ACCOUNTS_URL', /http/],
  ])('%o are wrong', (own, name, problem) => {
    expect(faultsOf(own)).toEqual({ [name]: [expect.stringMatching(problem)] });
  });
});
