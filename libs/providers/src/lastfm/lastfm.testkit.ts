import type { ProviderTestKit } from '#listening/testing';

const KEY = 'ca4a2e00ca4a2e00ca4a2e00ca4a2e00';
const SONG = { title: 'Paper Lanterns', artist: 'The Night Ferry' };

/** How the sandbox's Last.fm is brought into each situation. */
export const testkit: ProviderTestKit = {
  upstreamPath: '/2.0/',
  settings: (upstreamUrl) => ({
    LASTFM_API_URL: upstreamUrl,
    LASTFM_API_KEY: KEY,
    LASTFM_USERNAME: 'Ada',
  }),
  secrets: [KEY],
  controlPath: '/control/lastfm',
  link: null,
  song: SONG,
  scenarios: {
    playing: { scenario: 'playing', track: { ...SONG, album: 'Harbour Lights' } },
    nothing: { scenario: 'idle' },
    rate_limited: { scenario: 'rate-limited', retryAfter: 60 },
    down: { scenario: 'backend-failed' },
    html: { scenario: 'html-200' },
    truncated: { scenario: 'truncated' },
    slow: { scenario: 'slow', ms: 100 },
    hang: { scenario: 'hang' },
  },
};
