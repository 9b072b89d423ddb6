import { type Credentials, ProviderError } from '#listening';
import type { ProviderTestKit } from '#listening/testing';

const CLIENT_ID = 'a11ce0000000000000000000000a11ce';
const SECRET = '5ec2e7000000000000000000000a11ce';
const SONG = { title: 'Paper Lanterns', artist: 'The Night Ferry' };

/** How the sandbox's Spotify is brought into each situation. */
export const testkit: ProviderTestKit = {
  upstreamPath: '/spotify/v1',
  settings: (upstreamUrl) => ({
    SPOTIFY_API_URL: upstreamUrl,
    SPOTIFY_ACCOUNTS_URL: upstreamUrl.replace(/v1$/, 'accounts'),
    SPOTIFY_CLIENT_ID: CLIENT_ID,
    SPOTIFY_CLIENT_SECRET: SECRET,
  }),
  secrets: [SECRET],
  controlPath: '/control/spotify',
  song: SONG,
  link,
  scenarios: {
    playing: { scenario: 'playing', track: { ...SONG, album: 'Harbour Lights' } },
    paused: { scenario: 'paused' },
    nothing: { scenario: 'idle' },
    ad: { scenario: 'ad' },
    expired: { scenario: 'expired' },
    revoked: { scenario: 'invalid-token' },
    rate_limited: { scenario: 'rate-limited', retryAfter: 60 },
    down: { scenario: 'server-error' },
    html: { scenario: 'html-200' },
    truncated: { scenario: 'truncated' },
    slow: { scenario: 'slow', ms: 100 },
    hang: { scenario: 'hang' },
  },
};

/** An account that has agreed to everything; a token that is rejected is exchanged as anybody would. */
function link(sandboxUrl: string): Credentials {
  let tokens: Promise<Tokens> | null = null;
  return {
    accessToken: async ({ rejected }) => {
      tokens ??= post(`${sandboxUrl}/control/spotify/tokens`, { 'content-type': 'application/json' }, '{}');
      const known = await tokens;
      if (rejected === known.access) {
        tokens = refresh(sandboxUrl, known.refresh);
      }
      return (await tokens).access;
    },
  };
}

interface Tokens {
  access: string;
  refresh: string;
}

async function refresh(sandboxUrl: string, token: string): Promise<Tokens> {
  const basic = Buffer.from(`${CLIENT_ID}:${SECRET}`).toString('base64');
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` };
  const { access, refresh: next } = await post(`${sandboxUrl}/spotify/accounts/api/token`, headers, form.toString());
  return { access, refresh: next || token };
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<Tokens> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer: unknown = await response.json();
  const text = (name: string): string => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  if (text('access_token') !== '') return { access: text('access_token'), refresh: text('refresh_token') };
  throw new ProviderError('reauthorization_required', {
    message: `The sandbox gives no token (${text('error')}).`,
    remedy: 'Link the account again.',
  });
}
