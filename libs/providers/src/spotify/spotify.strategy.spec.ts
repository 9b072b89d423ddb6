import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsentParts, ConsentStrategy } from '#listening';
import { linking } from './spotify.linking.js';
import { SpotifySettings } from './spotify.settings.js';

type Callback = (error: unknown, user?: unknown, info?: unknown, status?: unknown) => void;
interface Passport {
  authenticate(
    strategy: ConsentStrategy,
    options: object,
    callback: Callback,
  ): (request: object, response: object, next: (error?: unknown) => void) => void;
}
/** The package has no types of its own, and only its user, the service, declares some. */
const passport: Passport = createRequire(import.meta.url)('passport');

const CLIENT = 'a11ce0000000000000000000000a11ce';
const REDIRECT = 'http://127.0.0.1:7723/callback?a=b c';
const ANSWER = { code: 'AQcanary0code', state: 'state-1' };
const ACCOUNT = { id: 'acc_0001ada', name: 'Ada L.' };

/** How a request has ended: where to, or what Passport's callback got. */
type Ending = { status: number; location: string | undefined } | Parameters<Callback>;

/** Of every request the endings so far. */
const endings: Ending[][] = [];
/** Every HTTP request that this process has made. */
const calls: unknown[] = [];
const count = (message: unknown): void => {
  calls.push(message);
};

beforeEach(() => {
  subscribe('http.client.request.start', count);
});
afterEach(() => {
  unsubscribe('http.client.request.start', count);
  expect(calls.splice(0), 'calls by the strategy itself').toEqual([]);
  for (const each of endings.splice(0)) expect(each, 'one ending').toHaveLength(1);
});

/** Passes a request through Passport as the service does. */
function pass(strategy: ConsentStrategy, request: object, options: object = {}): Promise<Ending> {
  const seen: Ending[] = [];
  endings.push(seen);
  return new Promise((resolve) => {
    const end = (ending: Ending): void => {
      seen.push(ending);
      resolve(ending);
    };
    const headers = new Map<string, string>();
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string) => headers.set(name, value),
      end: () => {
        end({ status: response.statusCode, location: headers.get('Location') });
      },
    };
    const callback: Callback = (...given) => {
      end(given);
    };
    passport.authenticate(strategy, options, callback)({ headers: {}, ...request }, response, callback);
  });
}

/** Parts that write down what they are asked, and a strategy of them. */
function consent(own: Partial<ConsentParts> = {}, settings: Partial<SpotifySettings> = {}) {
  const begun: string[] = [];
  const states: string[] = [];
  const exchanged: unknown[] = [];
  const identified: string[] = [];
  const parts: ConsentParts = {
    app: { clientId: CLIENT, clientSecret: '5ec2e7000000000000000000000a11ce' },
    redirectUri: REDIRECT,
    begin: (verifier) => {
      begun.push(verifier);
      return Promise.resolve('state-1');
    },
    codeVerifier: (state) => {
      states.push(state);
      return Promise.resolve('verifier-1');
    },
    exchange: (given) => {
      exchanged.push(given);
      return Promise.resolve('token-1');
    },
    identify: (token) => {
      identified.push(token);
      return Promise.resolve(ACCOUNT);
    },
    ...own,
  };
  const strategy = linking.strategy(Object.assign(new SpotifySettings(), settings), parts);
  return { strategy, asked: { begun, states, exchanged, identified } };
}

/** The address that a request was sent to, in parts. */
function consentPage(ending: Ending) {
  if (Array.isArray(ending)) throw new Error('It ended in no redirect.', { cause: ending[0] });
  const { origin, pathname, searchParams } = new URL(ending.location ?? '');
  return { status: ending.status, page: origin + pathname, query: Object.fromEntries(searchParams), searchParams };
}

function challengeOf(verifier: string | undefined): string {
  return createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url');
}

describe('a consent that begins', () => {
  it('leads to the consent page with all that it needs, and nothing else', async () => {
    const { strategy, asked } = consent();
    const ending = await pass(strategy, {}, { scope: ['user-top-read', 'user-library-read'] });
    const { status, page, query, searchParams } = consentPage(ending);
    expect(asked).toEqual({
      begun: [expect.stringMatching(/^[\w.~-]{43,128}$/)],
      states: [],
      exchanged: [],
      identified: [],
    });
    expect({ status, page }).toEqual({ status: 302, page: 'https://accounts.spotify.com/authorize' });
    expect(query).toEqual({
      client_id: CLIENT,
      response_type: 'code',
      redirect_uri: REDIRECT,
      state: 'state-1',
      scope: 'user-top-read user-library-read',
      code_challenge: challengeOf(asked.begun[0]),
      code_challenge_method: 'S256',
    });
    expect(searchParams.size).toBe(7);
  });

  it('is at Spotify unless it is elsewhere', async () => {
    const { strategy } = consent({}, { SPOTIFY_ACCOUNTS_URL: 'http://127.0.0.1:9/spotify/accounts/' });
    expect(consentPage(await pass(strategy, {})).page).toBe('http://127.0.0.1:9/spotify/accounts/authorize');
  });

  it.each([
    [true, 'true'],
    [false, undefined],
    [undefined, undefined],
  ])('asks again with showDialog %s', async (showDialog, sent) => {
    const { query } = consentPage(await pass(consent().strategy, {}, { scope: ['a'], showDialog }));
    expect(query['show_dialog']).toBe(sent);
  });

  it('needs no secret, and tells none', async () => {
    const app = { clientId: CLIENT, clientSecret: null };
    const address = async (own: Partial<ConsentParts>) => {
      const { query } = consentPage(await pass(consent(own).strategy, {}));
      return { ...query, code_challenge: 'differs' };
    };
    expect(await address({ app })).toEqual(await address({}));
  });

  it('is not mixed up with another, whichever is kept first', async () => {
    const kept: { verifier: string; keep: (state: string) => void }[] = [];
    const begin: ConsentParts['begin'] = (verifier) =>
      new Promise((keep) => {
        kept.push({ verifier, keep });
      });
    const both = [1, 2].map((number) => pass(consent({ begin }).strategy, {}, { scope: [`scope-${number}`] }));
    kept.toReversed().forEach(({ keep }, index) => {
      keep(`state-${2 - index}`);
    });
    const queries = (await Promise.all(both)).map((ending) => consentPage(ending).query);
    expect(queries).toMatchObject(
      [1, 2].map((number) => ({
        scope: `scope-${number}`,
        state: `state-${number}`,
        code_challenge: challengeOf(kept[number - 1]?.verifier),
      })),
    );
    expect(kept[0]?.verifier).not.toBe(kept[1]?.verifier);
  });

  it('ends in the error of its keeper', async () => {
    const error = new Error('The database is away.');
    const [given, ...rest] = refused(await pass(consent({ begin: () => Promise.reject(error) }).strategy, {}));
    expect(given).toBe(error);
    expect(rest).toEqual([]);
  });

  it('ends in an error when its browser is gone', async () => {
    const gone = new Error('Headers were sent.');
    const error = await new Promise((resolve) => {
      const response = {
        setHeader: () => {
          throw gone;
        },
      };
      passport.authenticate(consent().strategy, {}, resolve)({}, response, resolve);
    });
    expect(error).toBe(gone);
  });
});

/** What the callback got. */
function refused(ending: Ending): unknown[] {
  if (!Array.isArray(ending)) throw new Error(`It was sent to ${String(ending.location)}.`);
  return ending;
}

describe('a consent that comes back', () => {
  it.each([
    ['in the address', { query: ANSWER }],
    ['in a body', { body: ANSWER }],
    ['in a body, below an address without it', { query: {}, body: ANSWER }],
    ['pasted with blanks around it', { body: { code: ` ${ANSWER.code}\n`, state: ` ${ANSWER.state}` } }],
  ])('%s, gives the account', async (_, request) => {
    const { strategy, asked } = consent();
    const [error, user] = refused(await pass(strategy, request));
    expect(error).toBeNull();
    expect(user).toBe(ACCOUNT);
    expect(asked).toEqual({
      begun: [],
      states: ['state-1'],
      exchanged: [{ code: ANSWER.code, redirectUri: REDIRECT, codeVerifier: 'verifier-1' }],
      identified: ['token-1'],
    });
  });

  it('gives each its own account, whichever is first', async () => {
    const waiting = new Map<string, (account: typeof ACCOUNT) => void>();
    const identify: ConsentParts['identify'] = (token) => new Promise((tell) => waiting.set(token, tell));
    const exchange: ConsentParts['exchange'] = ({ code }) => Promise.resolve(`token of ${code}`);
    const both = ['one', 'two'].map((code) =>
      pass(consent({ exchange, identify }).strategy, { query: { code, state: code } }),
    );
    await expect.poll(() => waiting.size).toBe(2);
    for (const code of ['two', 'one']) waiting.get(`token of ${code}`)?.({ id: code, name: code });
    const users = (await Promise.all(both)).map((ending) => refused(ending)[1]);
    expect(users).toEqual(['one', 'two'].map((code) => ({ id: code, name: code })));
  });

  it.each(['codeVerifier', 'exchange', 'identify'] as const)('ends in the error of %s', async (part) => {
    // As node-oauth would tell a refusal, which the package makes an error of its own from.
    const error = Object.assign(new Error(part), { statusCode: 400, data: '{"error":"invalid_grant"}' });
    const { strategy, asked } = consent({ [part]: () => Promise.reject(error) });
    const [given, ...rest] = refused(await pass(strategy, { query: ANSWER }));
    expect(given).toBe(error);
    expect(rest).toEqual([]);
    expect(asked.exchanged).toHaveLength(part === 'identify' ? 1 : 0);
    expect(asked.identified).toEqual([]);
  });

  it.each([
    [{ code: ANSWER.code }],
    [{ code: ANSWER.code, state: '' }],
    [{ code: ANSWER.code, state: ['state-1', 'state-2'] }],
  ])('is asked for by no state: %o', async (query) => {
    const error = new Error('Nobody began this.');
    const states: string[] = [];
    const codeVerifier = (state: string) => {
      states.push(state);
      return Promise.reject(error);
    };
    const { strategy, asked } = consent({ codeVerifier });
    expect(refused(await pass(strategy, { query }))[0]).toBe(error);
    expect(states).toEqual(['']);
    expect(asked.exchanged).toEqual([]);
  });

  it.each([[{ state: 'state-1' }], [{ state: 'state-1', code: '' }], [{ state: 'state-1', code: ['a', 'b'] }], [{}]])(
    'begins anew, if it may, without a code: %o',
    async (query) => {
      const error = new Error('This is no answer.');
      const { strategy, asked } = consent({ begin: () => Promise.reject(error) });
      expect(refused(await pass(strategy, { query }))[0]).toBe(error);
      expect(asked).toEqual({ begun: [], states: [], exchanged: [], identified: [] });
    },
  );

  it.each([['query'], ['body']])('says when it was declined, in %s', async (where) => {
    const { strategy, asked } = consent();
    const ending = await pass(strategy, { [where]: { error: 'access_denied', ...ANSWER } });
    expect(ending).toEqual([null, false, { message: 'Spotify was told not to give access.' }, undefined]);
    expect(asked).toEqual({ begun: [], states: [], exchanged: [], identified: [] });
  });

  it.each([
    ['server_error', 'Spotify could not ask for access: server_error.'],
    ['<b>You have won</b>', 'Spotify could not ask for access.'],
  ])('says why nobody was asked: %s', async (error, message) => {
    const { strategy, asked } = consent();
    const [given, ...rest] = refused(await pass(strategy, { query: { error, ...ANSWER } }));
    expect(given).toMatchObject({ name: 'ProviderError', code: 'upstream_error', message });
    expect(rest).toEqual([]);
    expect(asked).toEqual({ begun: [], states: [], exchanged: [], identified: [] });
  });
});
