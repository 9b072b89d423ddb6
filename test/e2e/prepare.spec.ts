import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../support/service.js';

/** What each of the stand-ins for npm, Prisma, tsc and Vite begins with. */
const STAND_IN = `
  import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  const begin = (name) => appendFileSync('calls', name + '\\n');
  /** Half of the work is done, and no more comes. */
  const stall = async (name) => {
    if (!existsSync('stall-' + name)) return;
    writeFileSync('stalled', '');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  };
`;
/** Two at once break each other, as those of the real one do. What somebody has it leave out by their settings has to be named. */
const NPM = `${STAND_IN}
  begin('npm');
  for (const option of ['--include=dev', '--include=optional', '--ignore-scripts']) {
    if (!process.argv.includes(option)) throw new Error('npm ci lacks ' + option + '.');
  }
  mkdirSync('node_modules/.under-way', { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  rmSync('node_modules/.under-way', { recursive: true });
  writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
`;
const PRISMA = `${STAND_IN}
  begin('prisma');
  const folder = 'libs/database/src/generated';
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/client.ts', '');
  await stall('prisma');
  writeFileSync(folder + '/client.ts', readFileSync('prisma/schema.prisma'));
`;
/** Writes nothing when the sources are those of the notes that it made when it last came to an end. */
const TSC = `${STAND_IN}
  const app = process.argv[3].split('/')[1];
  begin('tsc ' + app);
  mkdirSync('dist', { recursive: true });
  const notes = 'dist/' + app + '.tsbuildinfo';
  const source = app === 'api' ? readFileSync('apps/api/src/main.ts', 'utf8') : app;
  if (!existsSync(notes) || readFileSync(notes, 'utf8') !== source) {
    writeFileSync('dist/' + app + '.js', source);
    if (app === 'api') await stall('tsc');
    writeFileSync(notes, source);
  }
`;
const VITE = `${STAND_IN}
  begin('vite ' + process.argv[3]);
`;
const EVERYTHING = ['npm', 'prisma', 'tsc api', 'tsc cli', 'tsc sandbox', 'vite apps/api', 'vite apps/web'];
const BUILDING = EVERYTHING.slice(2);

let folder: string;
const begun: ChildProcess[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  write('npm.mjs', NPM);
  write('prisma/generate.mjs', PRISMA);
  write('node_modules/package.json', '{ "type": "module" }');
  write('node_modules/typescript/bin/tsc', TSC);
  write('node_modules/vite/bin/vite.js', VITE);
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'prisma/schema.prisma']) write(name, '{}');
  write('apps/api/src/main.ts', 'one');
  cpSync('apps/prepare.mjs', join(folder, 'apps/prepare.mjs'));
});
afterEach(async () => {
  for (const one of begun.splice(0)) await kill(one);
  removeFolder(folder);
});

/** @param time a long time ago unless it is given, as an archive or rsync would have it */
function write(name: string, content: string, time = new Date(2020, 0)): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, time, time);
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

interface End {
  code: number | null;
  output: string;
  /** What has been run since the last one that ended, in the order of the alphabet: some run at once. */
  calls: string[];
}

/** @param options for Node */
function begin(options: string[] = []): { child: ChildProcess; ended: Promise<End> } {
  const child = spawn(process.execPath, [...options, join(folder, 'apps/prepare.mjs')], {
    env: { PATH: process.env['PATH'], npm_execpath: join(folder, 'npm.mjs') },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  begun.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<End>((resolve) => {
    child.on('close', (code) => {
      const calls = existsSync(join(folder, 'calls')) ? read('calls').trim().split('\n').sort() : [];
      rmSync(join(folder, 'calls'), { force: true });
      resolve({ code, output, calls });
    });
  });
  return { child, ended };
}

const prepare = (): Promise<End> => begin().ended;

/** Options for Node, with which it takes the machine for another one. */
function machineOf(property: 'platform' | 'versions', value: unknown): string[] {
  const script = `Object.defineProperty(process, '${property}', { value: ${JSON.stringify(value)} });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
}

/** The whole group at once, as the system does when it has no memory left, or a person who has no patience. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.on('close', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await closed;
}

/** Begins, and is killed when a program has done half of its work. */
async function breakOff(program: 'prisma' | 'tsc'): Promise<void> {
  write(`stall-${program}`, '');
  const { child, ended } = begin();
  await expect.poll(() => existsSync(join(folder, 'stalled'))).toBe(true);
  await kill(child);
  await ended;
  for (const name of [`stall-${program}`, 'stalled']) rmSync(join(folder, name));
  // What it has said of itself becomes old by waiting.
  const longAgo = new Date(Date.now() - 60_000);
  const saying = join(folder, 'dist/.preparing');
  if (existsSync(saying)) utimesSync(saying, longAgo, longAgo);
}

describe('apps/prepare.mjs', () => {
  it('installs, generates and builds, and then has nothing to do and nothing to write', async () => {
    expect(await prepare()).toMatchObject({ code: 0, calls: EVERYTHING });
    expect(await prepare()).toEqual({ code: 0, output: '', calls: [] });
    expect(existsSync(join(folder, 'dist/.preparing'))).toBe(false);
  });

  it('builds sources that another version brings, however old they are, and those that are gone', async () => {
    write('apps/api/src/gone.ts', '');
    await prepare();
    write('apps/api/src/main.ts', 'two');
    expect(await prepare()).toMatchObject({ code: 0, calls: BUILDING });
    expect(read('dist/api.js')).toBe('two');
    rmSync(join(folder, 'apps/api/src/gone.ts'));
    expect(await prepare()).toMatchObject({ code: 0, calls: BUILDING });
    write('prisma/schema.prisma', 'another');
    expect(await prepare()).toMatchObject({ code: 0, calls: ['prisma', ...BUILDING] });
    write('package-lock.json', 'another');
    expect(await prepare()).toMatchObject({ code: 0, calls: EVERYTHING });
    expect(await prepare()).toMatchObject({ code: 0, calls: [] });
  });

  it('installs what a lock file of today asks for, and not again what somebody has installed by hand', async () => {
    await prepare();
    const future = new Date(Date.now() + 60_000);
    write('package-lock.json', 'another', new Date());
    write('node_modules/.package-lock.json', 'another', future);
    expect(await prepare()).toMatchObject({ code: 0, calls: ['prisma', ...BUILDING] });
    // The lock file is what was built from, what is installed is not.
    write('node_modules/.package-lock.json', 'of an older version');
    expect((await prepare()).calls).toContain('npm');
  });

  it('takes no client for whole whose generator was killed', async () => {
    await breakOff('prisma');
    expect(await prepare()).toMatchObject({ code: 0, calls: ['prisma', ...BUILDING] });
    expect(read('libs/database/src/generated/client.ts')).toBe('{}');
    // Nor that of another version, which knows nothing of our notes.
    write('libs/database/src/generated/client.ts', 'another', new Date());
    expect((await prepare()).calls).toContain('prisma');
  });

  it('leaves nothing in place of a build that was killed, even when the sources are as before it', async () => {
    await prepare();
    write('apps/api/src/main.ts', 'two');
    await breakOff('tsc');
    expect(read('dist/api.js')).toBe('two');
    write('apps/api/src/main.ts', 'one');
    expect(await prepare()).toMatchObject({ code: 0, calls: BUILDING });
    expect(read('dist/api.js')).toBe('one');
  });

  it('installs what an update asks for that comes after a build that was killed', async () => {
    await prepare();
    write('apps/api/src/main.ts', 'two');
    await breakOff('tsc');
    write('package-lock.json', 'another');
    expect(await prepare()).toMatchObject({ code: 0, calls: EVERYTHING });
  });

  it('builds anew what has changed while it was being built', async () => {
    await prepare();
    write('apps/api/src/main.ts', 'two');
    write('node_modules/vite/bin/vite.js', `${VITE} writeFileSync('apps/api/src/main.ts', 'three');`);
    await prepare();
    write('node_modules/vite/bin/vite.js', VITE);
    expect(await prepare()).toMatchObject({ code: 0, calls: BUILDING });
    expect(read('dist/api.js')).toBe('three');
  });

  it('lets one of two that are started at once do the work', async () => {
    const both = await Promise.all([prepare(), prepare()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.flatMap(({ calls }) => calls).sort()).toEqual(EVERYTHING);
    expect(both.map(({ output }) => output).join()).toContain('Another process prepares this checkout');
  });

  it('leaves its place to the next one when it is told to end', async () => {
    write('stall-prisma', '');
    const { child, ended } = begin();
    await expect.poll(() => existsSync(join(folder, 'stalled'))).toBe(true);
    child.kill('SIGTERM');
    await ended;
    expect(child.signalCode).toBe('SIGTERM');
    rmSync(join(folder, 'stall-prisma'));
    expect(await prepare()).toMatchObject({ code: 0, output: expect.not.stringContaining('Another') as unknown });
  });

  it.each([
    ['18.20.8', /^\nTonearm needs Node 20\.19 or 22\.12, or newer, and this is 18\.20\.8\.\nInstall a newer one/],
    ['20.18.3', /this is 20\.18\.3/],
    ['21.7.3', /this is 21\.7\.3/],
    ['22.11.0', /this is 22\.11\.0/],
  ])('installs nothing on Node %s, and says which will do', async (version, message) => {
    expect(await begin(machineOf('versions', { node: version })).ended).toMatchObject({
      code: 1,
      output: expect.stringMatching(message),
      calls: [],
    });
  });

  it.each(['20.19.0', '22.12.0', '23.0.0'])('begins on Node %s', async (version) => {
    expect(await begin(machineOf('versions', { node: version })).ended).toMatchObject({ code: 0, calls: EVERYTHING });
  });

  it('installs nothing on Windows, and says where it runs', async () => {
    expect(await begin(machineOf('platform', 'win32')).ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('On Windows, run it in WSL.'),
      calls: [],
    });
  });

  it('says what to do where it may not write', async () => {
    // Root may write everywhere but below a file.
    write('dist', '');
    const { code, output } = await prepare();
    expect(code).toBe(1);
    expect(output).toMatch(/older than its source, and cannot be built: \w+: .*dist/);
    expect(output).toMatch(/as the user whom this checkout belongs to/);
  });
});
