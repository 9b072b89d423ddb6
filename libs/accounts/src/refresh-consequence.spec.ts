import { describe, expect, it } from 'vitest';
import { consequenceOf } from './refresh-consequence.js';

const seen = { attemptState: null, inDoubt: false, status: 'ok', failures: 0 } as const;

const refusal = (description: string | null) => ({ kind: 'invalid_grant', description, retryAt: null }) as const;

describe('a refresh token that is refused', () => {
  it.each([
    ['Refresh token expired', 'expired'],
    ['Refresh token revoked', 'revoked'],
    ['Invalid refresh token', 'revoked'],
    [null, 'revoked'],
  ] as const)('%s: the link is %s', (description, reason) => {
    expect(consequenceOf(refusal(description), seen, 0, 0).status).toEqual({ to: 'suspect', reason });
    const suspect = { ...seen, status: 'suspect' } as const;
    expect(consequenceOf(refusal(description), suspect, 0, 0).status).toEqual({ to: 'needs_consent', reason });
  });

  it('after an answer that was lost is in doubt, whatever the words', () => {
    const inDoubt = { ...seen, inDoubt: true };
    expect(consequenceOf(refusal('Refresh token expired'), inDoubt, 0, 0).status).toMatchObject({ reason: 'in_doubt' });
  });
});
