import { describe, expect, it } from 'vitest';
import { ProviderError } from '#listening';
import type { Verdict } from '#upstream';
import { faultOf, judge } from './lastfm.errors.js';
import { ownerOf } from './lastfm.map.js';
import { answerOf, namesOf, textOf } from './testing/fixtures.js';

const KEY = '0dd0c0de0dd0c0de0dd0c0de0dd0c0de';

/** The verdict on an answer to a question about Ada. */
function judged(body: unknown, status = 200, list = 'recenttracks'): Verdict {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return judge(answerOf(text, status), { account: 'Ada', list, ownerOf });
}

function refusal(verdict: Verdict): ProviderError {
  if (verdict.kind === 'refused' && verdict.error instanceof ProviderError) return verdict.error;
  throw new Error(`Not a refusal: ${JSON.stringify(verdict)}`);
}

/** The list that each good body is. */
const LISTS: Readonly<Record<string, string>> = {
  recent: 'recenttracks',
  top: 'top',
  loved: 'lovedtracks',
  info: 'user',
};

describe('good answers', () => {
  it.each(namesOf('ok'))('%s', (name) => {
    const [kind = '', what = ''] = name.split('-');
    const list = kind === 'top' ? `top${what}` : (LISTS[kind] ?? '');
    expect(judged(textOf('ok', name), 200, list)).toEqual({ kind: 'good' });
  });

  it('can be about the account in another casing', () => {
    expect(judged({ recenttracks: { '@attr': { user: 'aDA' }, track: [] } }).kind).toBe('good');
  });

  it('need not say whose they are', () => {
    expect(judged({ recenttracks: { track: [] } }).kind).toBe('good');
  });
});

describe('answers that nobody can use', () => {
  it.each([
    ["somebody else's plays", textOf('not-ok', 'other-user-recent'), /another user/],
    ['nothing', '', /not JSON/],
    ['a page', '<html><body>Bad gateway</body></html>', /not JSON/],
    ['a list', '[]', /not an object/],
    ['null', 'null', /not an object/],
    ['a text', '"x"', /not an object/],
    ['a number', '7', /not an object/],
    ['an object with nothing in it', textOf('not-ok', 'empty-object'), /recenttracks/],
    ['an object with null in it', '{"recenttracks":null}', /recenttracks/],
    ['an object with a text in it', '{"recenttracks":"temporarily unavailable"}', /recenttracks/],
    ['an object with a list in it', '{"recenttracks":[]}', /recenttracks/],
    ['an object that is about something else', textOf('not-ok', 'something-else'), /recenttracks/],
    ['a good answer in XML', '<?xml version="1.0"?><lfm status="ok"><recenttracks/></lfm>', /not JSON/],
  ])('are tried again: %s', (_, text, reason) => {
    const verdict = judged(text);
    expect(verdict.kind).toBe('transient');
    expect(verdict).toHaveProperty('reason', expect.stringMatching(reason));
  });

  it("are tried again: somebody else's profile", () => {
    expect(judged(textOf('not-ok', 'other-user-info'), 200, 'user').kind).toBe('transient');
  });

  it.each([
    [500, '<html></html>'],
    [502, '<html></html>'],
    [503, ''],
    [504, '{}'],
    [500, '{"message":"Internal server error"}'],
    [401, ''],
    [403, '<html></html>'],
  ])('are tried again with status %d: %o', (status, text) => {
    expect(judged(text, status).kind).toBe('transient');
  });

  it.each([401, 403])('say where they may come from, with status %d', (status) => {
    expect(judged('<html></html>', status)).toMatchObject({ reason: expect.stringMatching(/network or a country/) });
  });

  it.each([400, 404])('are refused with status %d', (status) => {
    expect(refusal(judged('<html></html>', status))).toMatchObject({ code: 'upstream_error', isFinal: true });
  });
});

const OFFLINE = 'Service Offline - This service is temporarily offline. Try again later.';
const UNAVAILABLE = 'There was a temporary error processing your request. Please try again';

describe('the errors that Last.fm names', () => {
  it.each([
    [8, 500, 'Operation failed - Most likely the backend service failed. Please try again.'],
    [8, 200, 'Operation failed - Most likely the backend service failed. Please try again.'],
    [8, 400, 'Operation failed - Most likely the backend service failed. Please try again.'],
    [11, 503, OFFLINE],
    [11, 400, OFFLINE],
    [16, 503, UNAVAILABLE],
    [16, 200, UNAVAILABLE],
  ])('%d with status %d is tried again', (error, status, message) => {
    expect(judged({ error, message }, status)).toEqual({ kind: 'transient', reason: `error ${error}: ${message}` });
  });

  it.each([429, 200, 400])('29 with status %d means to stay away', (status) => {
    expect(judged({ message: 'Rate Limit Exceded', error: 29 }, status).kind).toBe('rate_limited');
  });

  it.each([403, 400, 200])(
    '17 with status %d is a hidden history, and the remedy names the privacy setting',
    (status) => {
      const error = refusal(judged({ error: 17, message: 'Login: User required to be logged in' }, status));
      expect(error.code).toBe('forbidden');
      expect(error.remedy).toContain('Hide recent listening information');
      expect(error.remedy).toContain('https://www.last.fm/settings/privacy');
    },
  );

  it.each([
    [4, 403, 'Authentication Failed - You do not have permissions to access the service'],
    [10, 403, 'Invalid API key - You must be granted a valid key by last.fm'],
    [10, 200, 'Invalid API key - You must be granted a valid key by last.fm'],
    [26, 403, 'API Key Suspended - This application is not allowed to make requests to the web services'],
  ])('%d with status %d is a matter of the key', (error, status, message) => {
    const { code, remedy } = refusal(judged({ error, message }, status));
    expect(code).toBe('provider_not_configured');
    expect(remedy).toContain('LASTFM_API_KEY');
  });

  it.each([404, 200, 400])('6 "User not found" with status %d is a matter of the name', (status) => {
    const { code, remedy } = refusal(judged({ error: 6, message: 'User not found' }, status));
    expect(code).toBe('provider_not_configured');
    expect(remedy).toContain('LASTFM_USERNAME');
  });

  it.each([
    [2, 400, 'Invalid service - This service does not exist'],
    [3, 400, 'Invalid Method - No method with that name in this package'],
    [5, 400, "Invalid format - This service doesn't exist in that format"],
    [6, 400, 'Invalid parameters - Your request is missing a required parameter'],
    [7, 404, 'Invalid resource specified'],
    [9, 403, 'Invalid session key - Please re-authenticate'],
    [13, 403, 'Invalid method signature supplied'],
    [14, 403, 'Unauthorized Token - This token has not been authorized'],
    [15, 403, 'This token has expired'],
    [27, 400, 'Deprecated - This type of request is no longer supported'],
    [99, 200, 'Something new'],
  ])('%d with status %d is refused, in its own words', (code, status, message) => {
    const error = refusal(judged({ error: code, message }, status));
    expect(error.code).toBe('upstream_error');
    expect(error.message).toContain(`error ${code}: ${message}`);
  });

  it('may come with more around them, in any order', () => {
    const { code, message } = refusal(judged(textOf('not-ok', 'page-out-of-bounds'), 400));
    expect(code).toBe('upstream_error');
    expect(message).toContain('page param out of bounds');
  });

  it('may come as the object that Libre.fm sends', () => {
    const { code, message } = refusal(judged(textOf('not-ok', 'libre-fm')));
    expect(code).toBe('upstream_error');
    expect(message).toContain('error 7: Invalid resource specified');
    expect(judged({ error: { code: '8', '#text': 'Operation failed' } }).kind).toBe('transient');
  });

  it('may come as XML although JSON was asked for', () => {
    const xml = (code: number, text: string) =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="failed">\n  <error code="${code}">${text}</error></lfm>\n`;
    expect(judged(xml(8, 'Operation failed'), 500)).toEqual({ kind: 'transient', reason: 'error 8: Operation failed' });
    expect(judged(xml(29, 'Rate Limit Exceded'), 200).kind).toBe('rate_limited');
    const quoted = "<lfm status='failed'><error code = '29'>Rate \0 limit\n exceeded</error></lfm>";
    expect(judged(quoted, 200)).toEqual({ kind: 'rate_limited', reason: 'error 29: Rate limit exceeded' });
    expect(refusal(judged(xml(17, 'Login: User required to be logged in'), 403)).code).toBe('forbidden');
  });

  it('may have their number as text, and no message', () => {
    expect(judged({ error: '29' }).kind).toBe('rate_limited');
    expect(judged({ error: 8 })).toEqual({ kind: 'transient', reason: 'error 8: no message' });
  });
});

describe('errors that are not of the list', () => {
  it.each([
    [{ error: 'Internal Server Error' }, 500, 'transient'],
    [{ error: { status: 503, message: 'x' } }, 503, 'transient'],
    [{ error: 'Too Many Requests' }, 429, 'rate_limited'],
    [{ error: 7, message: 'Invalid resource specified' }, 503, 'transient'],
    [{ error: 'Forbidden' }, 403, 'refused'],
    [{ error: null }, 200, 'transient'],
    [{ error: 'Rate Limit Exceeded' }, 200, 'transient'],
    [{ error: 'Bad Request' }, 400, 'refused'],
  ])('%o with status %d is %s', (body, status, kind) => {
    expect(judged(body, status).kind).toBe(kind);
  });
});

describe('the words of an error', () => {
  it.each([8, 29, 99])('are kept short, error %d', (error) => {
    expect(JSON.stringify(judged({ error, message: 'x'.repeat(100_000) })).length).toBeLessThan(1_000);
    const verdict = judged({ error, message: 'x'.repeat(100_000) });
    if (verdict.kind === 'refused') expect(verdict.error.message.length).toBeLessThan(500);
  });

  it.each([8, 29, 99])('are cut beside a sign and not through it, error %d', (error) => {
    const verdict = judged({ error, message: `${'x'.repeat(199)}🎵` });
    const words = verdict.kind === 'refused' ? verdict.error.message : JSON.stringify(verdict);
    expect(words).toMatch(/x{199}/);
    expect(words).not.toMatch(/\p{Surrogate}|\\ud83c/u);
  });

  it.each([8, 29, 99])('do not repeat a key that the upstream repeats, error %d', (error) => {
    const verdict = judged({ error, message: `Bad request: /2.0/?api_key=${KEY}&user=Ada` });
    const words = verdict.kind === 'refused' ? verdict.error.message : JSON.stringify(verdict);
    expect(words).toContain('Bad request');
    expect(words).not.toContain(KEY);
  });
});

it.each([
  [{ recenttracks: {} }, null],
  [
    { error: 6, message: ' User not found ' },
    { code: 6, message: 'User not found' },
  ],
  [{ error: 'x' }, { code: 0, message: 'x' }],
  [[], null],
])('the fault in %o', (body, fault) => {
  expect(faultOf(answerOf(JSON.stringify(body)))).toEqual(fault);
});
