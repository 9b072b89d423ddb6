import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing, type NamedKey, parseKeys } from './key-ring.js';
import { type Place, TokenVault } from './token-vault.js';
import { VaultError } from './vault-error.js';

const place: Place = { table: 'account_grants', row: 'row-1', column: 'refresh_token', provider: 'tapes' };

function key(id: string): NamedKey {
  return { id, key: createSecretKey(randomBytes(32)) };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof VaultError) return error.code;
    throw error;
  }
  return 'opened';
}

const [k0, k1] = [key('k0'), key('k1')];
const vault = new TokenVault(new KeyRing(k0));

/** Any that UTF-8 has. Not fast-check's own 'binary': that makes a table of a million of them. */
const sign = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

describe('a sealed text', () => {
  it('opens where it was put, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: sign }),
        fc.record({ table: fc.string(), row: fc.string(), column: fc.string(), provider: fc.string() }),
        (text, anywhere) => {
          expect(vault.open(vault.seal(text, anywhere), anywhere)).toBe(text);
        },
      ),
    );
  });

  it('has the form that was promised, and a nonce of its own', () => {
    const sealed = Array.from({ length: 100 }, () => vault.seal('secret', place));
    expect(new Set(sealed.map((text) => text.split('.')[2])).size).toBe(100);
    for (const text of sealed) expect(text).toMatch(/^v1\.k0\.[\w-]{16}\.[\w-]{30}$/);
  });

  it('opens with an old key, and is sealed with the first', () => {
    const both = new TokenVault(new KeyRing(k1, [k0]));
    expect(both.open(vault.seal('old', place), place)).toBe('old');
    expect(both.seal('new', place)).toMatch(/^v1\.k1\./);
  });

  it('opens in no other place', () => {
    const sealed = vault.seal('secret', place);
    for (const other of [
      { ...place, table: 'oauth_clients' },
      { ...place, row: 'row-2' },
      { ...place, column: 'previous_refresh_token' },
      { ...place, provider: 'other' },
      // The same letters, cut elsewhere.
      { ...place, table: 'account_grantsrow', row: '-1' },
    ]) {
      expect(codeOf(() => vault.open(sealed, other))).toBe('envelope_tampered');
    }
  });

  it('does not open with another key of the same name, nor without its key', () => {
    const sealed = vault.seal('secret', place);
    expect(codeOf(() => new TokenVault(new KeyRing(key('k0'))).open(sealed, place))).toBe('envelope_tampered');
    expect(codeOf(() => new TokenVault(new KeyRing(k1)).open(sealed, place))).toBe('key_unknown');
  });

  it('does not open under the name of another key', () => {
    const twins = new TokenVault(new KeyRing(k0, [{ id: 'k9', key: k0.key }]));
    const sealed = vault.seal('secret', place);
    expect(codeOf(() => twins.open(sealed.replace('v1.k0.', 'v1.k9.'), place))).toBe('envelope_tampered');
  });

  it('does not open with any bit of its nonce, text or tag changed', () => {
    const [form = '', id = '', nonce = '', body = ''] = vault.seal('secret', place).split('.');
    const flipped = (text: string, bit: number): string => {
      const bytes = Buffer.from(text, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return bytes.toString('base64url');
    };
    for (let bit = 0; bit < 12 * 8; bit += 1) {
      expect(codeOf(() => vault.open([form, id, flipped(nonce, bit), body].join('.'), place))).toBe(
        'envelope_tampered',
      );
    }
    for (let bit = 0; bit < (6 + 16) * 8; bit += 1) {
      expect(codeOf(() => vault.open([form, id, nonce, flipped(body, bit)].join('.'), place))).toBe(
        'envelope_tampered',
      );
    }
  });

  it('is refused when it is no sealed text, also with a short tag', () => {
    const [form = '', id = '', nonce = '', body = ''] = vault.seal('secret', place).split('.');
    const short = Buffer.from(body, 'base64url').subarray(0, 15).toString('base64url');
    for (const text of [
      '',
      'v1',
      `v2.${id}.${nonce}.${body}`,
      `${form}.${id}.${nonce}`,
      `${form}.${id}.${nonce}.${short}`,
      `${form}.${id}.${nonce}.${body}.x`,
      `${form}.${id}.${nonce}=.${body}`,
      `${form}.${id}.AAAA.${body}`,
      'plain-token',
    ]) {
      expect(codeOf(() => vault.open(text, place))).toBe('envelope_malformed');
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['envelope_malformed', 'key_unknown']).toContain(codeOf(() => vault.open(text, place)));
      }),
    );
  });
});

describe('the setting', () => {
  const base64 = randomBytes(32).toString('base64');

  it('names keys, the first one writes', () => {
    const [first, second] = parseKeys(` a:${base64} ,b-2:${randomBytes(32).toString('base64')}`, 'ENCRYPTION_KEY');
    expect([first.id, second?.id]).toEqual(['a', 'b-2']);
  });

  it.each([
    '',
    'a',
    base64,
    `a:${base64},`,
    `a:${base64},a:${base64}`,
    `a:${randomBytes(31).toString('base64')}`,
    `a:${randomBytes(33).toString('base64')}`,
    `a.b:${base64}`,
  ])('is refused without being repeated: %s', (text) => {
    expect(() => parseKeys(text, 'ENCRYPTION_KEY')).toThrow(VaultError);
    expect(() => parseKeys(text, 'ENCRYPTION_KEY')).not.toThrow(base64);
  });
});
