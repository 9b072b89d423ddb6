import { describe, expect, it } from 'vitest';
import { secretsIn } from './secret-scan.js';

const token = `BQ${'a-_9'.repeat(24)}`;

describe('the scan for secrets', () => {
  it.each([`{"accessToken":"${token}"}`, `Bearer ${token}`, `code=A${token.slice(1)}&state=x`])(
    'finds a code or a token in %s, and does not repeat it',
    (text) => {
      expect(secretsIn(text, [])).toEqual([expect.stringMatching(/^[AB]Qa-_9…$/)]);
    },
  );

  it('finds what is known to be secret', () => {
    expect(
      secretsIn('The secret is 5ec2e7000000000000000000000a11ce.', ['5ec2e7000000000000000000000a11ce']),
    ).toHaveLength(1);
  });

  it('finds nothing in what is sealed', () => {
    expect(secretsIn(`v1.k1.${'x'.repeat(16)}.-BQ${'aQB-'.repeat(60)}`, ['5ec2e7000000000000000000000a11ce'])).toEqual(
      [],
    );
  });

  it('finds nothing in a picture, but what stands behind it', () => {
    const picture = `<image href="data:image/png;base64,iVBO/BQ${'aQB9'.repeat(24)}=="`;
    expect(secretsIn(`${picture}/>`, [])).toEqual([]);
    expect(secretsIn(`${picture} title="${token}"/>`, [])).toHaveLength(1);
  });
});
