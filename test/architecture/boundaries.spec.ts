import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../support/service.js';

/** For every rule a file that breaks it, and what that file imports. */
const SAMPLES: readonly [rule: string, file: string, target: string][] = [
  ['no-cycles', 'libs/upstream/src/sample-cycle.ts', './sample-cycle.js'],
  ['listening-stands-alone', 'libs/listening/src/sample-alone.ts', 'axios'],
  ['upstream-and-database-know-none-of-us', 'libs/upstream/src/sample-none.ts', '#listening'],
  ['providers-know-the-contract-and-the-upstream-room', 'libs/providers/src/sample-reach.ts', '#database'],
  ['accounts-know-the-contract-the-database-and-the-upstream-room', 'libs/accounts/src/sample-reach.ts', '#providers'],
  ['providers-without-framework', 'libs/providers/src/sample-framework.ts', '@nestjs/common'],
  ['no-provider-knows-another', 'libs/providers/src/tape/sample-other.ts', '../lastfm/lastfm.wire.js'],
  ['libs-know-no-apps', 'libs/listening/src/sample-apps.ts', '../../../apps/api/src/version.js'],
  ['apps-know-no-apps', 'apps/api/src/sample-apps.ts', '../../sandbox/src/sandbox.js'],
  ['features-have-doors', 'apps/api/src/health/sample-door.ts', '../now-playing/now-playing.service.js'],
  ['rooms-by-their-door', 'apps/api/src/sample-room.ts', '../../../libs/upstream/src/retry-after.js'],
  ['test-code-is-not-shipped', 'apps/api/src/sample-test.ts', '#listening/testing'],
  ['declared-dependencies-only', 'apps/api/src/sample-dependency.ts', 'fast-check'],
];
const RULES = [...readFileSync('.dependency-cruiser.cjs', 'utf8').matchAll(/^ +name: '(.+)',$/gm)].map(
  ([, rule]) => rule,
);
const DEPCRUISE = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const copy = temporaryFolder();

function cruise(): string {
  try {
    return execFileSync(process.execPath, [DEPCRUISE, '--config', '.dependency-cruiser.cjs', 'apps', 'libs'], {
      cwd: copy,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

describe('boundaries', () => {
  let output = '';

  beforeAll(() => {
    for (const path of [
      'apps/api/src',
      'apps/sandbox/src',
      'apps/cli/src',
      'libs',
      'package.json',
      'tsconfig.json',
      '.dependency-cruiser.cjs',
    ]) {
      cpSync(path, join(copy, path), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    for (const [, file, target] of SAMPLES) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), `import * as sample from '${target}';\nexport const copied = sample;\n`);
    }
    output = cruise();
  });

  afterAll(() => {
    removeFolder(copy);
  });

  it('have a sample each', () => {
    expect(SAMPLES.map(([rule]) => rule).sort()).toEqual(RULES.sort());
  });

  it.each(SAMPLES)('%s is broken by %s importing %s', (rule, file) => {
    expect(output).toContain(`error ${rule}: ${file}`);
  });

  it('are broken by nothing else', () => {
    const guilty = [...output.matchAll(/error [a-z-]+: (\S+)/g)].map(([, file]) => file ?? '');
    expect(guilty.filter((file) => !file.includes('/sample-'))).toEqual([]);
  });
});

it('nest-cli.json knows every project, but the pages, which Nest does not build', () => {
  const { projects } = JSON.parse(readFileSync('nest-cli.json', 'utf8')) as {
    projects: Record<string, { root: string }>;
  };
  const folders = ['apps', 'libs'].flatMap((above) =>
    readdirSync(above, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${above}/${name}`),
  );
  const roots = Object.values(projects).map(({ root }) => root);
  expect(roots.sort()).toEqual(folders.filter((folder) => folder !== 'apps/web').sort());
});
