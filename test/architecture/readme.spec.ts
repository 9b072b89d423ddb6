import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '#listening';
import { PROVIDERS } from '#providers';
import { PROBLEMS } from '../../apps/api/src/problem/problem.js';
import { SETTINGS_CLASSES } from '../../apps/api/src/settings/read-settings.js';

const readme = readFileSync('README.md', 'utf8');

describe('README', () => {
  it('has every setting, and none that does not exist', () => {
    const declared = SETTINGS_CLASSES.flatMap((type) => [...settingsOf(type).keys()]);
    const settings = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## How quick'));
    const named = [...settings.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`(?! in| \|.*working)/g)].map(([, name]) => name ?? '');
    const others = new Set(['X', 'X_FILE', 'DATA_DIR']);
    expect(new Set(named.filter((name) => !others.has(name)))).toEqual(
      new Set(declared.filter((name) => !others.has(name))),
    );
  });

  it('has the default of every setting that has one', () => {
    for (const type of SETTINGS_CLASSES) {
      const instance = new type();
      for (const [name, { default: fallback }] of settingsOf(type)) {
        const value: unknown = Reflect.get(instance, name);
        if (typeof value !== 'string' && typeof value !== 'number') continue;
        expect(fallback, name).toBe(String(value));
        const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
        if (row) expect(row, name).toContain(`\`${String(value)}\``);
      }
    }
  });

  it('has every error code with its status, and none that does not exist', () => {
    const rows = [...readme.matchAll(/^\| `([a-z_]+)` +\| (\d{3}) +\|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])),
    );
  });

  it('points to files that are there', () => {
    const table = readme.slice(readme.indexOf('## Where things are'));
    const paths = [...table.matchAll(/`([a-z]+\/[^`]+)`/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) {
      for (const { id } of PROVIDERS) expect(existsSync(path.replaceAll('<id>', id)), path).toBe(true);
    }
  });
});

describe('the house', () => {
  /** Files of ours below a folder. */
  function sources(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
      .map((file) => join(folder, file));
  }

  it('names a provider only in its own folder, in the settings and in the sandbox', () => {
    const allowed =
      /^libs\/providers\/src\/(index\.ts|(?<id>[a-z]+)\/)|^apps\/api\/src\/settings\/|^apps\/sandbox\/|\.spec\.ts$|\/testing\//;
    const names = new RegExp(`\\b(${PROVIDERS.map(({ id }) => id).join('|')})\\b`, 'i');
    const guilty = [...sources('apps'), ...sources('libs')].filter((file) => {
      if (allowed.test(file)) return false;
      // Examples in the description of the API may show a provider's name; code may not depend on it.
      const code = readFileSync(file, 'utf8')
        .replaceAll(/example: '[^']*'/g, '')
        .replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
      return names.test(code);
    });
    expect(guilty).toEqual([]);
  });

  it('keeps files short', () => {
    const long = [...sources('apps'), ...sources('libs')]
      .filter((file) => !file.endsWith('.spec.ts'))
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('has no drawers', () => {
    const drawers = [...sources('apps'), ...sources('libs')].filter((file) =>
      /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(file),
    );
    expect(drawers).toEqual([]);
  });
});
