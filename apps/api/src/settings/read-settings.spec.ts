import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { settingsOf } from '#listening';
import { envExample } from './env-example.js';
import { SETTINGS_CLASSES, readSettings } from './read-settings.js';
import { type SettingFault, SettingsFault } from './settings-fault.js';

const KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const LASTFM = { LASTFM_API_KEY: KEY, LASTFM_USERNAME: 'ada' };
const ENCRYPTION_KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

function faultsOf(env: Record<string, string>): readonly SettingFault[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsFault) return error.faults;
    throw error;
  }
  return [];
}

afterEach(() => {
  vi.useRealTimers();
});

describe('readSettings', () => {
  it('needs nothing, and has the documented defaults', () => {
    const { platform } = readSettings({});
    expect(platform).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 7723,
      DATA_DIR: './data',
      LISTENING_FALLBACK: 'none',
      CORS_ORIGINS: '*',
      LOG_LEVEL: 'info',
    });
    expect(platform.origin).toBe('http://127.0.0.1:7723');
    expect(platform.LISTENING_PROVIDER).toBeUndefined();
  });

  it('has every default that it documents, where that is a value', () => {
    const valueOf = (name: string, env: Record<string, string>): unknown => {
      const { platform, providers } = readSettings(env);
      const owner = [platform, ...providers.values()].find((one) => name in one);
      return owner && Reflect.get(owner, name);
    };
    const compared = SETTINGS_CLASSES.flatMap((type) =>
      [...settingsOf(type)].flatMap(([name, { default: documented }]) => {
        const unset = valueOf(name, {});
        if (documented === undefined || unset === undefined) return [];
        return [{ name, unset, documented: valueOf(name, { ...LASTFM, [name]: documented }) }];
      }),
    );
    expect(compared.length).toBeGreaterThan(10);
    for (const { name, unset, documented } of compared)
      expect({ name, value: unset }).toEqual({ name, value: documented });
  });

  it('is reached under a loopback address unless told otherwise, wherever it listens', () => {
    expect(readSettings({ HOST: '0.0.0.0', PORT: '80' }).platform.origin).toBe('http://127.0.0.1');
  });

  it('reads what is given', () => {
    const env = {
      ...LASTFM,
      PORT: '80',
      BASE_URL: 'https://music.example.org/',
      LISTENING_PROVIDER: 'lastfm',
      ENCRYPTION_KEY,
    };
    const { platform, providers } = readSettings(env);
    expect(platform.PORT).toBe(80);
    expect(platform.origin).toBe('https://music.example.org');
    // As browsers write it in Origin.
    expect(readSettings({ BASE_URL: 'HTTPS://Music.Example.org:443/' }).platform.origin).toBe(platform.origin);
    expect(providers.get('lastfm')).toMatchObject({ ...LASTFM, LASTFM_API_URL: 'https://ws.audioscrobbler.com/2.0/' });
  });

  it.each([
    [
      'the one that is given',
      { NOT_PLAYING_IMAGE_URL: 'https://blog.example.org/quiet.png' },
      'https://blog.example.org/quiet.png',
    ],
    ['its own', {}, 'https://music.example.org/not-playing.svg'],
  ])('shows a picture while nothing plays: %s', (_, given, shown) => {
    const { platform } = readSettings({ BASE_URL: 'https://music.example.org', ...given });
    expect(platform.notPlayingImageUrl).toBe(shown);
  });

  it('takes an empty value for none, as compose files pass it', () => {
    expect(faultsOf({ PORT: '', LASTFM_API_KEY: ' ', LASTFM_USERNAME: '', LISTENING_PROVIDER: '' })).toEqual([]);
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['HOST', 'no host'],
    ['BASE_URL', 'music.example.org'],
    ['BASE_URL', 'ftp://music.example.org'],
    ['BASE_URL', 'https://example.org/music'],
    ['BASE_URL', 'https://user:password@example.org'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'postgresql://one.example.org,two.example.org/x'],
    ['DATABASE_URL', 'postgresql://tonearm:p@ss/word@127.0.0.1/x'],
    ['DATABASE_URL', 'postgresql://tonearm:p#ss@127.0.0.1/x'],
    ['DATABASE_URL', 'postgresql://tonearm:12?ss@127.0.0.1/x'],
    ['DATA_DIR', '~/tonearm'],
    ['BACKUP_DIR', '$HOME/backups'],
    ['LISTENING_PROVIDER', 'tape'],
    ['LISTENING_FALLBACK', 'tape'],
    ['LASTFM_API_URL', 'not an address'],
    ['SPOTIFY_CLIENT_ID', 'short'],
    ['SPOTIFY_REDIRECT_URI', 'http://localhost:7723/callback'],
    ['SPOTIFY_REDIRECT_URI', 'http://music.example.org/callback'],
    ['SPOTIFY_SCOPES', 'user-top-read; DROP'],
    ['ADMIN_TOKEN', 'too-short'],
    ['ADMIN_TOKEN', 'long enough but of words'],
    ['ADMIN_TOKEN', 'long-enough-but\nof-two-lines'],
    ['METRICS_TOKEN', 'too-short'],
    ['ADMIN_TOKEN', `${'Aa9_'.repeat(128)}b`],
    ['ENCRYPTION_KEY', 'k1:c2hvcnQ='],
    ['ENCRYPTION_KEY', `k1:${Buffer.from('twenty-four bytes of key').toString('base64')}`],
    ['ENCRYPTION_KEY', `${ENCRYPTION_KEY},${ENCRYPTION_KEY}`],
    ['CORS_ORIGINS', 'blog.example.org'],
    ['CORS_ORIGINS', 'https://blog.example.org/'],
    ['CORS_ORIGINS', 'https://blog.example.org,*'],
    ['TRUST_PROXY', 'everyone'],
    ['TRUST_PROXY', '127.0.0.1/99'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['TIMEZONE', 'Mars/Olympus'],
    ['LOG_LEVEL', 'loud'],
    ['NOT_PLAYING_IMAGE_URL', 'picture.png'],
    ['BACKUP_CRON', 'every night'],
    ['BACKUP_CRON', '61 * * * *'],
    ['BACKUP_CRON', '*/0 * * * *'],
    ['BACKUP_CRON', '5-1 * * * *'],
    ['BACKUP_CRON', '* * * * 9'],
    ['BACKUP_CRON', '0 0 31 2 *'],
    ['BACKUP_CRON', '0 0 * * monty'],
    ['BACKUP_KEEP', 'all'],
    ['BACKUP_KEEP', 'daily=7,daily=3'],
    ['BACKUP_KEEP', 'weekly=7,daily=3,weekly=7'],
    ['MUSICBRAINZ', 'yes'],
    ['MUSICBRAINZ_URL', 'musicbrainz.org'],
  ])('refuses %s=%s by name, with an example and without the value', (name, value) => {
    const [fault, ...others] = faultsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      name,
      problem: expect.stringMatching(/^must /),
      example: expect.stringMatching(/./),
    });
    expect(JSON.stringify(fault)).not.toContain(`"${value}"`);
  });

  it('tells which of several origins is none, without its text', () => {
    expect(faultsOf({ CORS_ORIGINS: 'https://blog.example.org, https://me:pass@blog.example.net' })).toMatchObject([
      { name: 'CORS_ORIGINS', problem: expect.stringMatching(/; entry 2 is none$/) },
    ]);
  });

  it.each([
    ['DATABASE_URL', 'postgresql://tonearm:p%40ss%2Fword@db.example.org:5433/tonearm?sslmode=verify-full'],
    ['DATABASE_URL', 'postgres:///tonearm?host=/run/postgresql'],
    ['DATABASE_URL', 'postgresql://[::1]:5432/tonearm'],
    ['DATABASE_URL', 'postgresql://db.example.org/tonearm?sslmode=require&application_name=me@home'],
    ['TRUST_PROXY', '127.0.0.1, 10.0.0.0/8, ::1'],
    ['TRUST_PROXY', '2001:db8::/64'],
    ['STREAM_CLIENTS', '0'],
    ['ADMIN_TOKEN', 'Aa9_'.repeat(128)],
    ['LASTFM_USERNAME', 'Ada_Lovelace-15'],
    ['LASTFM_API_KEY', KEY.toUpperCase()],
    ['CORS_ORIGINS', 'https://Blog.Example.org, http://localhost:3000'],
    ['BASE_URL', 'https://music.example.org:8443'],
    ['HOST', '::1'],
    ['BACKUP_CRON', '0 0 29 2 *'],
    ['BACKUP_CRON', '*/15 3-5 1,15 jan-jun sun'],
    ['BACKUP_CRON', '0 0 * * 7'],
    ['BACKUP_KEEP', 'monthly=3,daily=7'],
  ])('takes %s=%s', (name, value) => {
    const others = name.startsWith('LASTFM_') ? LASTFM : {};
    expect(faultsOf({ ...others, [name]: value })).toEqual([]);
  });

  it.each([
    ['takes one that comes again, if only in years', '2026-11-21', []],
    ['refuses one that comes once, and not again for longer than anybody looks ahead', '2096-03-01', ['BACKUP_CRON']],
  ])('%s', (_, today, faulty) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(today) });
    const faults = faultsOf({ BACKUP_CRON: '0 0 29 2 *' });
    expect(faults.map(({ name }) => name)).toEqual(faulty);
    for (const { problem } of faults) expect(problem).toContain('there is no such day within eight years');
  });

  it.each([
    ['0 0 31 2 *', 'there is no such day'],
    ['61 * * * *', 'in their ranges'],
    ['* * * *', 'must be five cron fields'],
    ['* * * * * *', 'must be five cron fields'],
    ['x * * * *', 'must be five cron fields'],
  ])('says what is wrong with the schedule %s', (cron, problem) => {
    expect(faultsOf({ BACKUP_CRON: cron })).toMatchObject([
      { name: 'BACKUP_CRON', problem: expect.stringContaining(problem) },
    ]);
  });

  it('tells a time zone that is none, and not the schedule in it as well', () => {
    expect(faultsOf({ TIMEZONE: 'Mars/Olympus', BACKUP_CRON: '15 3 * * *' }).map(({ name }) => name)).toEqual([
      'TIMEZONE',
    ]);
  });

  it('says so when backups of a kind are to be kept in two numbers', () => {
    expect(faultsOf({ BACKUP_KEEP: 'daily=7,daily=3' })).toMatchObject([
      { name: 'BACKUP_KEEP', problem: 'must name daily, weekly and monthly once each at most' },
    ]);
  });

  it('tells everything that is wrong at once', () => {
    const names = faultsOf({ PORT: 'x', HOST: '?', LOG_LEVEL: 'loud', LASTFM_API_KEY: KEY, TIMEZONE: 'x/y' }).map(
      ({ name }) => name,
    );
    expect(names.sort()).toEqual(['HOST', 'LASTFM_USERNAME', 'LOG_LEVEL', 'PORT', 'TIMEZONE']);
  });

  it('refuses a provider that is half configured, or chosen and not configured, and says where to get what is missing', () => {
    expect(faultsOf({ LASTFM_USERNAME: 'ada' })).toEqual([
      {
        name: 'LASTFM_API_KEY',
        problem: 'is missing while LASTFM_USERNAME is set',
        example: expect.stringContaining('https://www.last.fm/api/account/create'),
      },
    ]);
    expect(faultsOf({ LISTENING_PROVIDER: 'lastfm' }).map(({ name }) => name)).toEqual([
      'LASTFM_API_KEY',
      'LASTFM_USERNAME',
    ]);
    expect(faultsOf({ SPOTIFY_CLIENT_SECRET: KEY }).map(({ name }) => name)).toEqual(['SPOTIFY_CLIENT_ID']);
    expect(faultsOf({ SPOTIFY_CLIENT_ID: KEY })).toEqual([]);
  });

  it('refuses a fallback that is not configured', () => {
    const faults = faultsOf({ LISTENING_FALLBACK: 'lastfm' });
    expect(faults.map(({ name, problem }) => [name, problem])).toEqual([
      ['LASTFM_API_KEY', 'is missing while LISTENING_FALLBACK chooses this provider'],
      ['LASTFM_USERNAME', 'is missing while LISTENING_FALLBACK chooses this provider'],
    ]);
  });

  it('does not call missing what is given and wrong', () => {
    const path = join(tmpdir(), 'tonearm-no-such-file');
    for (const env of [
      { LASTFM_USERNAME: 'your-user-name', LASTFM_API_KEY: KEY },
      { LASTFM_USERNAME: 'ada', LASTFM_API_KEY: 'x'.repeat(32) },
      { LASTFM_USERNAME: 'ada', LASTFM_API_KEY: KEY, LASTFM_API_KEY_FILE: path },
      { LASTFM_USERNAME: 'ada', LASTFM_API_KEY_FILE: path },
      { SPOTIFY_CLIENT_ID: 'your-client-id', SPOTIFY_CLIENT_SECRET: KEY },
    ]) {
      expect(faultsOf(env)).toEqual([expect.not.objectContaining({ problem: expect.stringContaining('missing') })]);
    }
    expect(faultsOf({ LASTFM_USERNAME: 'your-user-name', LASTFM_API_KEY: KEY })).toMatchObject([
      { name: 'LASTFM_USERNAME', example: expect.stringMatching(/^what you get at https:/) },
    ]);
  });

  it('refuses the examples of our own documentation', () => {
    const faults = faultsOf({ LASTFM_API_KEY: '0123456789abcdef0123456789abcdef', LASTFM_USERNAME: 'your-user-name' });
    expect(faults.map(({ name }) => name)).toEqual(expect.arrayContaining(['LASTFM_API_KEY', 'LASTFM_USERNAME']));
    expect(faults.some(({ problem }) => problem === 'is still a placeholder')).toBe(true);
    const client = { SPOTIFY_CLIENT_ID: '0123456789abcdef0123456789abcdef', SPOTIFY_CLIENT_SECRET: KEY };
    expect(faultsOf(client)).toMatchObject([{ name: 'SPOTIFY_CLIENT_ID', problem: 'is still a placeholder' }]);
    // Somebody may be called like that.
    expect(faultsOf({ ...LASTFM, LASTFM_USERNAME: 'ada-lovelace' })).toEqual([]);
  });

  it('refuses a fallback to the provider itself', () => {
    const faults = faultsOf({ ...LASTFM, LISTENING_PROVIDER: 'lastfm', LISTENING_FALLBACK: 'lastfm' });
    expect(faults.map(({ name }) => name)).toEqual(['LISTENING_FALLBACK']);
    const unknown = faultsOf({ LISTENING_PROVIDER: 'tape', LISTENING_FALLBACK: 'tape' });
    expect(unknown.map(({ name }) => name)).toEqual(['LISTENING_PROVIDER', 'LISTENING_FALLBACK']);
  });

  it.each([
    'changeme-changeme',
    'your-secret-token',
    '<your token here>',
    'xxxxxxxxxxxxxxxxxxxx',
    'REPLACE_WITH_LONG_SECRET',
  ])('refuses the placeholder %s', (value) => {
    expect(faultsOf({ ADMIN_TOKEN: value })).toEqual([
      { name: 'ADMIN_TOKEN', problem: 'is still a placeholder', example: expect.any(String) },
    ]);
  });

  it('refuses an encryption key that is all one sign', () => {
    expect(faultsOf({ ENCRYPTION_KEY: `k1:${Buffer.alloc(32).toString('base64')}` })).toMatchObject([
      { name: 'ENCRYPTION_KEY', problem: 'is still a placeholder' },
    ]);
    const rotating = `${ENCRYPTION_KEY},k0:${Buffer.alloc(32).toString('base64')}`;
    expect(faultsOf({ ENCRYPTION_KEY: rotating })).toEqual([]);
  });

  it('never shows a secret', () => {
    const secret = 'hunter2-hunter2-hunter2';
    const env = {
      LASTFM_API_KEY: secret,
      ENCRYPTION_KEY: secret,
      SPOTIFY_CLIENT_SECRET: secret,
      DATABASE_URL: secret,
      PORT: 'x',
    };
    expect(() => readSettings(env)).toThrow(SettingsFault);
    expect(JSON.stringify(faultsOf(env))).not.toContain(secret);
    try {
      readSettings(env);
    } catch (error) {
      expect(String(error)).not.toContain(secret);
    }
  });
});

describe('secrets as files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tonearm-settings-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('are read, without the line end', () => {
    const { providers } = readSettings({ LASTFM_USERNAME: 'ada', LASTFM_API_KEY_FILE: file('key', `${KEY}\n`) });
    expect(providers.get('lastfm')).toMatchObject({ LASTFM_API_KEY: KEY });
  });

  it.each([
    'DATABASE_URL',
    'LASTFM_API_KEY',
    'SPOTIFY_CLIENT_SECRET',
    'ADMIN_TOKEN',
    'ENCRYPTION_KEY',
    'METRICS_TOKEN',
  ])('%s can be one', (name) => {
    expect(faultsOf({ [`${name}_FILE`]: join(folder, 'nothing') })).toContainEqual({
      name: `${name}_FILE`,
      problem: 'names a file that cannot be read (ENOENT)',
      example: expect.any(String),
    });
  });

  it('are refused when they are empty, or given beside the value', () => {
    expect(faultsOf({ ADMIN_TOKEN_FILE: file('empty', '\n') })).toMatchObject([{ name: 'ADMIN_TOKEN_FILE' }]);
    const twice = faultsOf({
      ADMIN_TOKEN: 'a-long-and-good-token',
      ADMIN_TOKEN_FILE: file('token', 'another-good-token'),
    });
    expect(twice).toMatchObject([{ name: 'ADMIN_TOKEN', problem: expect.stringContaining('twice') }]);
    rmSync(folder, { recursive: true });
  });
});

describe('.env.example', () => {
  it('has every setting, as the code declares it', async () => {
    await expect(envExample()).toMatchFileSnapshot('../../../../.env.example');
  });

  it('has examples that are right, where an example is a value', () => {
    for (const type of SETTINGS_CLASSES) {
      for (const [name, { example, secret }] of settingsOf(type)) {
        if (secret || example.includes(' ') || ['LISTENING_PROVIDER', 'SPOTIFY_CLIENT_ID'].includes(name)) continue;
        const companions = name === 'LASTFM_USERNAME' ? { LASTFM_API_KEY: KEY } : {};
        expect(faultsOf({ [name]: example, ...companions }), name).toEqual([]);
      }
    }
  });
});
