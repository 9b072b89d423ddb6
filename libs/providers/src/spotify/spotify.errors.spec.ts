import { describe, expect, it } from 'vitest';
import { ProviderError } from '#listening';
import { UpstreamError, type Verdict } from '#upstream';
import { TokenRefused, asSpotifyError, judge, wordsOf } from './spotify.errors.js';
import { QUESTIONS, type Question } from './spotify.questions.js';
import { answerOf, namesOfBodies, textOf } from './testing/fixtures.js';

const PAGE_IN_HTML = '<!DOCTYPE html>\n<html><body><h1>Forbidden</h1></body></html>';

function judged(text: string, status = 200, question: Question = QUESTIONS.topTracks): Verdict {
  return judge(answerOf(text, status), question);
}

function json(status: number, message: string, more: object = {}): string {
  return JSON.stringify({ error: { status, message, ...more } });
}

function refusal(verdict: Verdict): ProviderError {
  if (verdict.kind === 'refused' && verdict.error instanceof ProviderError) return verdict.error;
  throw new Error(`Not a refusal in our words: ${JSON.stringify(verdict)}`);
}

/** What is asked for each good body, by the beginning of its name. */
const ASKED: Readonly<Record<string, Question>> = {
  playing: QUESTIONS.playing,
  history: QUESTIONS.history,
  top: QUESTIONS.topTracks,
  saved: QUESTIONS.savedTracks,
  me: QUESTIONS.profile,
};

describe('good answers', () => {
  it.each(namesOfBodies())('%s', (name) => {
    expect(judged(textOf(name), 200, ASKED[name.split('-')[0] ?? ''])).toEqual({ kind: 'good' });
  });

  it.each([
    [204, ''],
    [200, ''],
    [200, ' \n'],
  ])('%d with the body %o means that nothing is on', (status, text) => {
    expect(judged(text, status, QUESTIONS.playing)).toEqual({ kind: 'good' });
  });
});

describe('answers that nobody can use are tried again', () => {
  it.each([
    ['nothing', '', 200],
    ['nothing, and it says so', '', 204],
    ['a page', PAGE_IN_HTML, 200],
    ['half of an answer', textOf('top-tracks').slice(0, 700), 200],
    ['a list', '[]', 200],
    ['null', 'null', 200],
    ['an object with nothing in it', '{}', 200],
    ['an object with null in it', '{"items":null}', 200],
    ['an object with something else in it', '{"items":{"href":"x"}}', 200],
    ['a redirect', '{"items":[]}', 302],
    ['an error with status 200', json(403, 'Forbidden'), 200],
  ])('%s', (_, text, status) => {
    expect(judged(text, status).kind).toBe('transient');
  });

  it('an answer about something else, where nothing is on', () => {
    expect(judged(textOf('me'), 200, QUESTIONS.playing).kind).toBe('transient');
  });
});

const OWNER =
  'Active premium subscription required for the owner of the app. When the subscription status changes, it can take a few hours before requests are allowed again.';

describe('403', () => {
  it.each([
    ['text', OWNER],
    ['text with a line end', `${OWNER}\n`],
    ['JSON', json(403, OWNER)],
  ])('about the owner, as %s, is a matter of Premium', (_, text) => {
    const { code, message, remedy } = refusal(judged(text, 403));
    expect(code).toBe('owner_premium_required');
    expect(message).toContain('Premium');
    expect(remedy).toMatch(/renews Premium.*hours/);
  });

  it.each([
    'User not registered in the Developer Dashboard',
    'Check settings on developer.spotify.com/dashboard, the user may not be registered.',
    json(403, 'User not registered in the Developer Dashboard'),
  ])('%o is a matter of the list of users', (text) => {
    const { code, remedy } = refusal(judged(text, 403));
    expect(code).toBe('user_not_registered');
    expect(remedy).toContain('User Management');
  });

  it.each(['{"error": {"status": 403, "message": "Forbidden" } }', 'Forbidden'])('%o is gone for good', (text) => {
    expect(refusal(judged(text, 403)).code).toBe('not_supported');
  });

  it('about the country is not about the app or the account', () => {
    const text = '{ "error" : { "status" : 403, "message" : "Spotify is unavailable in this country" } }';
    const { code, remedy } = refusal(judged(text, 403));
    expect(code).toBe('country_unavailable');
    expect(remedy).toContain('country');
  });

  it.each(['', PAGE_IN_HTML, json(403, 'Player command failed: Premium required', { reason: 'PREMIUM_REQUIRED' })])(
    '%o is refused, in its own words if it has some',
    (text) => {
      const { code, message } = refusal(judged(text, 403));
      expect(code).toBe('upstream_error');
      expect(message).toContain('HTTP 403');
      expect(message).not.toContain('<');
    },
  );
});

describe('a scope that is missing', () => {
  it.each([
    [403, 'Insufficient client scope', QUESTIONS.topTracks, 'user-top-read'],
    [403, 'Insufficient client scope', QUESTIONS.history, 'user-read-recently-played'],
    [403, 'Insufficient client scope', QUESTIONS.savedTracks, 'user-library-read'],
    [401, 'Permissions missing', QUESTIONS.playing, 'user-read-currently-playing'],
  ])('%d %s is named, and where to get it', (status, words, question, scope) => {
    const { code, message, remedy } = refusal(judged(json(status, words), status, question));
    expect(code).toBe('insufficient_scope');
    expect(message).toContain(scope);
    expect(remedy).toContain(`/auth?scope=${scope} `);
  });

  it('is told in words where none is known', () => {
    const error = refusal(judged(json(403, 'Insufficient client scope'), 403, QUESTIONS.profile));
    expect(error.message).toContain('does not say what that is');
    expect(error.remedy).toContain('/auth?force=1 and');
  });
});

describe('a token that is refused', () => {
  it.each([
    [401, json(401, 'The access token expired')],
    [401, json(401, 'Invalid access token')],
    [401, json(401, 'No token provided')],
    [401, ''],
    [401, 'Unauthorized'],
    [400, json(400, 'Only valid bearer authentication supported')],
  ])('%d %o is worth a new token', (status, text) => {
    expect(judged(text, status)).toEqual({ kind: 'refused', error: expect.any(TokenRefused) });
  });

  it('although it was sent and lost is tried again', () => {
    const verdict = judged(json(401, 'Access token missing'), 401);
    expect(verdict).toEqual({ kind: 'transient', reason: 'HTTP 401: Access token missing' });
  });

  it('a second time ends the agreement', () => {
    const error = asSpotifyError(new TokenRefused('HTTP 401: The access token expired'));
    expect(error.code).toBe('reauthorization_required');
    expect(error.message).toContain('The access token expired');
    expect(error.remedy).toContain('/auth');
  });
});

describe('429', () => {
  it.each([
    ['text', 'Too many requests', 'HTTP 429: Too many requests'],
    ['JSON', json(429, 'API rate limit exceeded'), 'HTTP 429: API rate limit exceeded'],
    ['nothing', '', 'HTTP 429'],
    ['a page', PAGE_IN_HTML, 'HTTP 429'],
  ])('as %s means to stay away', (_, text, reason) => {
    expect(judged(text, 429)).toEqual({ kind: 'rate_limited', reason });
  });

  it('for the quota says that it is the quota', () => {
    const verdict = judged(json(429, 'Too many requests', { reason: 'QUOTA_EXCEEDED' }), 429);
    expect(verdict).toEqual({ kind: 'rate_limited', reason: expect.stringContaining('quota') });
    const reason = verdict.kind === 'rate_limited' ? verdict.reason : '';
    const retryAt = Date.UTC(2026, 9, 21);
    for (const kind of ['rate_limited', 'blocked'] as const) {
      const error = asSpotifyError(new UpstreamError(kind, `Spotify refuses more calls (${reason}).`, { retryAt }));
      expect(error).toMatchObject({ code: 'upstream_rate_limited', retryAt: new Date(retryAt) });
      expect(error.remedy).toContain('developer account');
    }
  });

  it('for anything else has another remedy', () => {
    const error = asSpotifyError(
      new UpstreamError('rate_limited', 'Spotify refuses more calls (HTTP 429).', { retryAt: 0 }),
    );
    expect(error.code).toBe('upstream_rate_limited');
    expect(error.remedy).not.toContain('developer account');
  });
});

describe('faults of the server are tried again', () => {
  const gateway = 'upstream connect error or disconnect/reset before headers. reset reason: connection termination';

  it.each([
    [500, json(500, 'Server error.'), 'HTTP 500: Server error'],
    [500, '', 'HTTP 500'],
    [502, json(502, 'Bad gateway.'), 'HTTP 502: Bad gateway'],
    [503, json(503, 'Service unavailable'), 'HTTP 503: Service unavailable'],
    [503, gateway, `HTTP 503: ${gateway}`],
    [503, PAGE_IN_HTML, 'HTTP 503'],
    [504, 'upstream request timeout', 'HTTP 504: upstream request timeout'],
    [500, '{"error":"x"}', 'HTTP 500'],
    [408, '', 'HTTP 408'],
  ])('%d %o', (status, text, reason) => {
    expect(judged(text, status)).toEqual({ kind: 'transient', reason });
  });
});

describe('what else is refused', () => {
  it.each([
    [400, json(400, 'Invalid limit'), /Invalid limit/, /newer version/],
    [404, json(404, 'Resource not found'), /Resource not found/, /SPOTIFY_API_URL/],
    [404, PAGE_IN_HTML, /HTTP 404/, /SPOTIFY_API_URL/],
    [410, '', /HTTP 410/, /newer version/],
  ])('%d %o', (status, text, message, remedy) => {
    const error = refusal(judged(text, status));
    expect(error.code).toBe('upstream_error');
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });
});

describe('the words of an error', () => {
  const long = `Bad token BQ${'x1'.repeat(60)} ${'and so on '.repeat(10_000)}`;

  it.each([400, 403, 429, 500])('are kept short and without anything like a token, status %d', (status) => {
    const verdict = judged(json(status, long), status);
    const words = verdict.kind === 'refused' ? verdict.error.message : JSON.stringify(verdict);
    expect(words).toContain('Bad token …');
    expect(words.length).toBeLessThan(500);
  });

  it.each([
    [json(403, ' Forbidden '), 'Forbidden'],
    ['Too many requests\n', 'Too many requests'],
    [PAGE_IN_HTML, ''],
    [`\n ${PAGE_IN_HTML}`, ''],
    ['', ''],
    ['{"error":null}', ''],
    ['"x"', ''],
  ])('in %o', (text, words) => {
    expect(wordsOf(answerOf(text, 403))).toBe(words);
  });
});

it('what is in our words already passes', () => {
  const error = new ProviderError('insufficient_scope', { message: 'Less.', remedy: 'More.' });
  expect(asSpotifyError(error)).toBe(error);
});
