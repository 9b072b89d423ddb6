import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { removeFolder, temporaryFolder } from '../support/service.js';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  removeFolder(folder);
});

/** What npm runs for a script, once everything is built. */
function commandOf(script: 'demo' | 'start'): string {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return scripts[script]?.replace('node apps/prepare.mjs && ', '') ?? '';
}

/** The folders in which the demo and its database keep what they have. */
function keptIn(temporary: string): string[] {
  return readdirSync(temporary)
    .map((name) => join(temporary, name))
    .flatMap((data) => {
      const note = join(data, 'postgres.location');
      return existsSync(note) ? [data, readFileSync(note, 'utf8').split('\n', 1)[0] ?? ''] : [data];
    });
}

interface Demo {
  /** Of the group of its processes, and of the first of them. */
  pid: number;
  address: string;
  ended: Promise<unknown>;
}

async function startDemo(): Promise<Demo> {
  // Nobody else may enter: as root, the database has to be elsewhere.
  chmodSync(folder, 0o700);
  const shell = spawn('sh', ['-c', commandOf('demo')], {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => shell.on('exit', resolve));
  const address = await eventually(() => {
    const found = /(http:\S+)\/currently-playing /.exec(output)?.[1];
    expect(found, output).toBeDefined();
    return Promise.resolve(found ?? '');
  }).catch((error: unknown) => {
    shell.kill('SIGTERM');
    throw error;
  });
  return { pid: shell.pid ?? 0, address, ended };
}

function isAnybodyIn(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

describe('npm run demo', () => {
  it.each([
    ['Ctrl-C', 'SIGINT', (group: number) => -group],
    ['whoever stops npm', 'SIGTERM', (group: number) => group],
  ] as const)('shows what plays, and leaves nothing behind when %s ends it', async (_, signal, whom) => {
    const { pid, address, ended } = await startDemo();
    const answer: unknown = await (await fetch(`${address}/currently-playing`)).json();
    const kept = keptIn(folder);
    process.kill(whom(pid), signal);
    expect(await ended).toBe(0);
    expect(answer).toMatchObject({ isPlaying: true, source: 'last.fm', degraded: null });
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((path) => existsSync(path))).toEqual([]);
    // The service is gone too.
    expect(isAnybodyIn(pid)).toBe(false);
  });

  it('leaves no service and no database running when it is killed', async () => {
    const { pid, ended } = await startDemo();
    const kept = keptIn(folder);
    process.kill(pid, 'SIGKILL');
    await ended;
    await eventually(() => {
      expect(isAnybodyIn(pid)).toBe(false);
      return Promise.resolve();
    });
    for (const path of kept) {
      expect(existsSync(join(path, 'postgres/postmaster.pid'))).toBe(false);
      removeFolder(path);
    }
  });
});
