import { describe, expect, it } from 'vitest';
import { ISO, json, useHarness } from '../support/harness.js';

const harness = useHarness();

describe('health', () => {
  it('is ok with the account and the state of each provider', async () => {
    expect(await json(harness.shared, '/health')).toMatchObject({
      status: 200,
      body: {
        ok: true,
        source: 'last.fm',
        user: 'Ada',
        checkedAt: expect.stringMatching(ISO),
        degraded: null,
        providers: [
          {
            id: 'lastfm',
            state: 'ok',
            reason: null,
            since: expect.stringMatching(ISO),
            lastSuccessAt: expect.stringMatching(ISO),
            linkExpiresAt: null,
          },
          { id: 'spotify', state: 'not_configured', reason: 'provider_not_configured', linkExpiresAt: null },
        ],
        database: 'ok',
      },
    });
    expect(await json(harness.shared, '/health/live')).toMatchObject({ status: 200, body: { ok: true } });
    expect(await json(harness.shared, '/health/ready')).toMatchObject({
      status: 200,
      body: { ok: true, database: 'ok' },
    });
  });

  it.each([
    ['key-invalid', 'provider_not_configured', 'LASTFM_API_KEY'],
    ['user-not-found', 'provider_not_configured', 'LASTFM_USERNAME'],
    ['user-not-found-200', 'provider_not_configured', 'LASTFM_USERNAME'],
    ['offline', 'upstream_error', 'Last.fm'],
  ])('%s: not ok, and says what to do', async (scenario, reason, word) => {
    await harness.stage.scenario(scenario);
    const service = await harness.freshService();
    expect(await json(service, '/health')).toMatchObject({
      status: 503,
      body: {
        ok: false,
        degraded: { reason, provider: 'lastfm' },
        providers: [
          { reason, remedy: expect.stringContaining(word) },
          { id: 'spotify', state: 'not_configured' },
        ],
      },
    });
    expect((await json(service, '/health/ready')).status).toBe(200);
  });
});
