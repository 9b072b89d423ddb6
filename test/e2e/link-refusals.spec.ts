import { beforeAll, describe, expect, it } from 'vitest';
import { spotifyApps } from '../../apps/sandbox/src/spotify/apps.js';
import { eventually } from '../support/eventually.js';
import {
  PAGE,
  type Refusal,
  type Reply,
  type Visitor,
  beginConsent,
  decide,
  expectNothingLinked,
  expectPage,
  expectProblem,
  link,
  openBrowser,
  openProgram,
  partOf,
  useLinking,
} from '../support/linking.js';

const linking = useLinking();
const { first, second } = spotifyApps;
const UNKNOWN_APP = 'dead0000000000000000000000000dead';

const BEGIN_AGAIN = /^Begin again at \/auth/;

/** Walks twice, as a program and as a browser that shows pages; both are refused alike, and nothing is linked. */
async function expectRefused(refusal: Refusal, walk: (visitor: Visitor) => Promise<Reply>): Promise<void> {
  const problem = await walk(await openBrowser(linking, '*/*'));
  expectProblem(problem, refusal);
  expectPage(await walk(await openBrowser(linking, PAGE)), problem);
  await expectNothingLinked(linking);
}

/** A begun consent that was agreed to. */
async function agreed(visitor: Visitor): Promise<{ code: string; state: string }> {
  const back = await decide(await beginConsent(visitor));
  return { code: partOf(back, 'code'), state: partOf(back, 'state') };
}

/** Comes back with these in the address. */
function comeBack(visitor: Visitor, parts: Readonly<Record<string, string>>): Promise<Reply> {
  return visitor.get(`/callback?${new URLSearchParams(parts).toString()}`);
}

/** Two exchanges that Spotify never answers: under way while the other tests run, which they must not hold up. */
let hung: Promise<{ problem: Reply; page: Reply; tookMs: number }>;

beforeAll(async () => {
  const { control } = linking.stage;
  const backs = await Promise.all(
    ['*/*', PAGE].map(async (accept) => {
      const visitor = await openBrowser(linking, accept);
      return { visitor, back: await decide(await beginConsent(visitor)) };
    }),
  );
  await control('PUT', '/control/spotify-token', { scenario: 'hang', times: backs.length });
  const began = Date.now();
  hung = Promise.all(backs.map(({ visitor, back }) => visitor.get(back))).then(([problem, page]) => {
    if (!problem || !page) throw new Error('Nobody answered.');
    return { problem, page, tookMs: Date.now() - began };
  });
  // Its test says what went wrong; when that one does not run, nobody waits for this.
  hung.catch(() => undefined);
  await eventually(async () => {
    expect(await control('GET', '/control/spotify/ledger')).toMatchObject({ counts: { requests: backs.length } });
  });
  // Who has agreed before is not asked again.
  await linking.stage.reset();
});

describe('a consent that was not given', () => {
  it('says so', async () => {
    await expectRefused(
      { status: 403, code: 'forbidden', cause: /not granted on Spotify's page/, remedy: /begin again at \/auth/ },
      async (visitor) => visitor.get(await decide(await beginConsent(visitor), 'cancel')),
    );
  });

  it('because Spotify could not ask, says what Spotify has said', async () => {
    await expectRefused(
      { status: 502, code: 'upstream_error', cause: /could not ask for access: server_error/, remedy: BEGIN_AGAIN },
      async (visitor) =>
        comeBack(visitor, { error: 'server_error', state: partOf(await beginConsent(visitor), 'state') }),
    );
  });

  it('uses its state up', async () => {
    await expectRefused(
      { status: 409, code: 'conflict', cause: /finished already/, remedy: /\/admin\/providers.*\/auth/ },
      async (visitor) => {
        const { code, state } = await agreed(visitor);
        expect((await comeBack(visitor, { error: 'access_denied', state })).status).toBe(403);
        return comeBack(visitor, { code, state });
      },
    );
  });
});

describe('a state', () => {
  const unknown: Refusal = {
    status: 400,
    code: 'invalid_request',
    cause: /Nobody here has begun the consent/,
    remedy: BEGIN_AGAIN,
  };

  it.each([[''], ['&state=']])('must come along, and not as %j', async (state) => {
    await expectRefused(
      { status: 400, code: 'invalid_request', cause: /state is missing/, remedy: /begin again at \/auth/ },
      async (visitor) => visitor.get(`/callback?code=${(await agreed(visitor)).code}${state}`),
    );
  });

  it('must come once', async () => {
    await expectRefused(
      { status: 400, code: 'invalid_request', cause: /^state must be .* given once/, remedy: /./ },
      async (visitor) => {
        const { code, state } = await agreed(visitor);
        return visitor.get(`/callback?code=${code}&state=${state}&state=${state}`);
      },
    );
  });

  it('must be one of ours', async () => {
    await expectRefused(unknown, async (visitor) =>
      comeBack(visitor, { ...(await agreed(visitor)), state: 'x'.repeat(43) }),
    );
  });

  it('must be one of ours also where something went wrong', async () => {
    await expectRefused(unknown, async (visitor) => {
      await beginConsent(visitor);
      return comeBack(visitor, { error: 'access_denied', state: 'made-up' });
    });
  });

  it('needs a code beside it', async () => {
    await expectRefused(
      { status: 400, code: 'invalid_request', cause: /code is missing/, remedy: BEGIN_AGAIN },
      async (visitor) => comeBack(visitor, { state: (await agreed(visitor)).state }),
    );
  });

  it('is good for ten minutes', async () => {
    await expectRefused(
      { status: 400, code: 'invalid_request', cause: /more than ten minutes ago/, remedy: BEGIN_AGAIN },
      async (visitor) => {
        const parts = await agreed(visitor);
        const { rows } = await linking.sql(
          'SELECT max(extract(epoch FROM expires_at - now())) AS seconds FROM consent_states WHERE used_at IS NULL',
        );
        expect(Math.ceil(Number(rows[0]?.['seconds']) / 60)).toBe(10);
        await linking.sql(`UPDATE consent_states SET expires_at = now() - interval '1 second'`);
        return comeBack(visitor, parts);
      },
    );
  });

  it('links once, of several times at the same moment and ever after', async () => {
    const browser = await openBrowser(linking);
    const parts = await agreed(browser);
    const replies = await Promise.all([1, 2, 3].map(() => comeBack(browser, parts)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await comeBack(browser, parts)).status).toBe(409);
    expect((await linking.sql('SELECT 1 FROM account_grants')).rowCount).toBe(1);
  });

  it.each([
    ['another browser', (): Promise<Visitor> => openBrowser(linking)],
    [
      'another browser that has begun one too',
      async (): Promise<Visitor> => {
        const browser = await openBrowser(linking);
        await beginConsent(browser);
        return browser;
      },
    ],
    ['a program', (): Promise<Visitor> => Promise.resolve(openProgram(linking))],
  ])('of a browser is of no use to %s, and stays good', async (_, openOther) => {
    const browser = await openBrowser(linking);
    const parts = await agreed(browser);
    const other = await openOther();
    const refusal: Refusal = {
      status: 403,
      code: 'forbidden',
      cause: /begun in another browser, or by a program/,
      remedy: /POST \/callback/,
    };
    const problem = await other.get(`/callback?${new URLSearchParams(parts).toString()}`, { accept: '*/*' });
    expectProblem(problem, refusal);
    expectPage(await other.get(`/callback?${new URLSearchParams(parts).toString()}`, { accept: PAGE }), problem);
    expectProblem(await other.post('/callback', parts, { accept: '*/*' }), refusal);
    expect((await comeBack(other, { error: 'access_denied', state: parts.state })).status).toBe(403);
    await expectNothingLinked(linking);
    expect((await comeBack(browser, parts)).status).toBe(200);
  });
});

describe('a code', () => {
  const spent: Refusal = {
    status: 400,
    code: 'invalid_request',
    cause: /Spotify does not take the code any more \("Invalid authorization code"\)/,
    remedy: BEGIN_AGAIN,
  };
  const mismatch: Refusal = { ...spent, cause: /\("code_verifier was incorrect"\)/ };

  it('must belong to its verifier', async () => {
    await expectRefused(mismatch, async (visitor) => {
      const { code } = await agreed(visitor);
      return comeBack(visitor, { code, state: (await agreed(visitor)).state });
    });
  });

  it('is good for one try', async () => {
    await expectRefused(spent, async (visitor) => {
      const parts = await agreed(visitor);
      const another = await agreed(visitor);
      expectProblem(await visitor.get(`/callback?code=${parts.code}&state=${another.state}`, { accept: '' }), mismatch);
      return comeBack(visitor, parts);
    });
  });

  it('that nobody gave is not taken', async () => {
    await expectRefused(spent, async (visitor) =>
      comeBack(visitor, { ...(await agreed(visitor)), code: `AQ<script>${'x'.repeat(80)}` }),
    );
  });

  it('is over some time', async () => {
    await expectRefused({ ...spent, cause: /\("Authorization code expired"\)/ }, async (visitor) => {
      const parts = await agreed(visitor);
      await linking.stage.advance(11 * 60_000);
      return comeBack(visitor, parts);
    });
  });

  it('must have been sent to the address that is ours', async () => {
    const own = `${linking.service.url}/callback`;
    await expectRefused(
      {
        status: 503,
        code: 'provider_not_configured',
        cause: new RegExp(`expected another redirect URI than ${own}`),
        remedy: new RegExp(`Put ${own} into the settings of the app`),
      },
      async (visitor) => {
        const address = await beginConsent(visitor);
        const elsewhere = address.replace(
          encodeURIComponent(own),
          encodeURIComponent('https://music.example.org/callback'),
        );
        const back = await decide(elsewhere);
        return comeBack(visitor, { code: partOf(back, 'code'), state: partOf(back, 'state') });
      },
    );
  });

  it.each([
    ['not an address', 'somewhere', /url must be the whole address/],
    ['without code and state', 'http://127.0.0.1:7723/callback', /neither code nor state/],
    ['the address of the consent page', null, /./],
  ])('must be whole where it is pasted, and not %s', async (_, url, cause) => {
    await expectRefused({ status: 400, code: 'invalid_request', cause, remedy: /./ }, async (visitor) =>
      visitor.post('/callback', { url: url ?? (await beginConsent(visitor)) }),
    );
  });
});

describe('an app', () => {
  const refused: Refusal = {
    status: 503,
    code: 'provider_not_configured',
    cause: new RegExp(`does not accept the app ${first.clientId} \\("Invalid client secret"\\)`),
    remedy: /Compare client id and client secret with the settings of the app/,
  };

  it('whose secret is wrong is not accepted', async () => {
    await linking.stage.control('PUT', '/control/spotify/apps', { ...first, secret: 'another' });
    await expectRefused(refused, link);
  });

  it('that Spotify does not know is not accepted', async () => {
    const program = openProgram(linking);
    await program.post('/admin/clients', { clientId: UNKNOWN_APP, clientSecret: 'made-up-secret' });
    await expectRefused(
      { ...refused, cause: new RegExp(`does not accept the app ${UNKNOWN_APP} \\("Invalid client"\\)`) },
      async (visitor) => {
        const address = await beginConsent(visitor, `?client_id=${UNKNOWN_APP}`);
        await expect(decide(address)).rejects.toThrow('INVALID_CLIENT: Invalid client');
        return visitor.get(await decide(address.replace(UNKNOWN_APP, first.clientId)));
      },
    );
  });

  it('that nobody has added cannot be linked with', async () => {
    await expectRefused(
      {
        status: 400,
        code: 'invalid_request',
        cause: /names no app/,
        remedy: /POST \/admin\/clients adds one/,
      },
      (visitor) => visitor.get(`/auth?client_id=${UNKNOWN_APP}`),
    );
  });

  it('that asks too often is told when to come again', async () => {
    await openProgram(linking).post('/admin/clients', { clientId: second.clientId, clientSecret: second.secret });
    await linking.stage.control('PUT', '/control/spotify-token', { scenario: 'rate-limited', retryAfter: 77 });
    await expectRefused(
      { status: 503, code: 'upstream_rate_limited', cause: /wants to be left alone/, remedy: /begin again at \/auth/ },
      async (visitor) => {
        const reply = await link(visitor, `?client_id=${second.clientId}`);
        expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(60);
        return reply;
      },
    );
  });
});

describe('an exchange', () => {
  const failed: Refusal = {
    status: 502,
    code: 'upstream_error',
    cause: /Spotify gave no usable answer when the code was exchanged/,
    remedy: /Nothing was changed\. Begin again at \/auth/,
  };

  it.each(['html-503', 'invalid-json-200', 'redirect-302', 'truncated', 'drop-after-commit', 'reset'])(
    'that ends in %s links nothing, and the next one does',
    async (scenario) => {
      await linking.stage.control('PUT', '/control/spotify-token', { scenario, grant: 'authorization_code' });
      await expectRefused(failed, link);
      await linking.stage.control('DELETE', '/control/spotify-token');
      expect((await link(await openBrowser(linking))).status).toBe(200);
    },
  );

  it('that never ends is given up', async () => {
    const { problem, page, tookMs } = await hung;
    expect(tookMs).toBeLessThan(15_000);
    expectProblem(problem, { ...failed, status: 504, code: 'upstream_timeout', cause: /did not answer in time/ });
    expectPage(page, problem);
    await expectNothingLinked(linking);
  });
});

describe('whose account it is', () => {
  it('must be known: one that is not registered with the app', async () => {
    await linking.stage.control('PUT', '/control/spotify', { scenario: 'not-registered' });
    await expectRefused(
      { status: 503, code: 'user_not_registered', cause: /not among the users of the app/, remedy: /User Management/ },
      link,
    );
  });

  it("must be known: the subscription of the app's owner is over", async () => {
    await linking.stage.control('PUT', '/control/spotify/switches', { premium: false });
    await expectRefused(
      { status: 503, code: 'owner_premium_required', cause: /no active Premium/, remedy: /renews Premium/ },
      link,
    );
    await linking.stage.control('PUT', '/control/spotify/switches', { premium: true });
    expect((await link(await openBrowser(linking))).status).toBe(200);
  });

  it('must be known: a gateway answers in place of Spotify', async () => {
    await linking.stage.control('PUT', '/control/spotify', { scenario: 'html' });
    const reply = await link(await openBrowser(linking, '*/*'));
    expectProblem(reply, { status: 502, code: 'upstream_error', cause: /Spotify/, remedy: /./ });
    await expectNothingLinked(linking);
  });
});
