import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readToken, readUrl } from './settings.js';

const folder = mkdtempSync(join(tmpdir(), 'tonearm-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('where the service is', () => {
  it.each([
    [undefined, {}, 'http://127.0.0.1:7723'],
    [undefined, { PORT: '8080', TONEARM_URL: ' ' }, 'http://127.0.0.1:8080'],
    [undefined, { PORT: '8080', TONEARM_URL: 'https://music.example.org/' }, 'https://music.example.org'],
    ['http://10.0.0.2:7723/tonearm//', { TONEARM_URL: 'https://music.example.org' }, 'http://10.0.0.2:7723/tonearm'],
  ])('%s and %o: %s', (given, environment, url) => {
    expect(readUrl(given, environment)).toBe(url);
  });

  it.each([
    ['localhost:7723', {}, '--url is no address'],
    ['ftp://music.example.org', {}, '--url is no address'],
    ['https://music.example.org/?a=b', {}, 'more than an address'],
    ['https://music.example.org/#a', {}, 'more than an address'],
    [undefined, { TONEARM_URL: 'music' }, 'TONEARM_URL is no address'],
    [undefined, { PORT: '70000' }, 'PORT is no port'],
    [undefined, { PORT: '0' }, 'PORT is no port'],
  ])('%s and %o: %s', (given, environment, message) => {
    expect(() => readUrl(given, environment)).toThrow(message);
  });

  it.each(['ada:hush-hush@', ':hush-hush@', 'hush-hush@'])(
    'is no place for “%s”, and the error does not show it',
    (secret) => {
      expect(() => readUrl(`https://${secret}music.example.org`, {})).toThrow(/^(?!.*hush-hush).*more than an address/);
    },
  );
});

describe("the owner's token", () => {
  it('is what the environment says, else .env, itself or in a file', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'from-a-file\n');
    const own = { ADMIN_TOKEN: 'own' };
    expect(readToken(own, own)).toBe('own');
    expect(readToken({}, { ADMIN_TOKEN: ' from-env-file ' })).toBe('from-env-file');
    expect(readToken({}, { ADMIN_TOKEN_FILE: file })).toBe('from-a-file');
    expect(readToken(own, { ...own, ADMIN_TOKEN_FILE: file })).toBe('own');
  });

  it('is asked for when it lacks, is there twice, or cannot be read', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, ' \n');
    expect(() => readToken({}, { ADMIN_TOKEN: '' })).toThrow('is not set');
    expect(() => readToken({}, { ADMIN_TOKEN: 'a', ADMIN_TOKEN_FILE: empty })).toThrow('given twice');
    expect(() => readToken({}, { ADMIN_TOKEN_FILE: empty })).toThrow('an empty file');
    expect(() => readToken({}, { ADMIN_TOKEN_FILE: join(folder, 'none') })).toThrow('(ENOENT)');
  });

  it('is refused when no header can carry it, and the error does not show it', () => {
    for (const token of ['hush\nhush', 'hush hush', 'hüsh'])
      expect(() => readToken({}, { ADMIN_TOKEN: token })).toThrow(/^(?!.*h[uü]sh).*no header can carry/);
  });
});
