// Brings a checkout to the point where its commands can run: installs, generates and builds what is missing or old.
// Runs before anything is installed, so it uses Node alone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const INSTALLED = 'node_modules/.package-lock.json';
/** From which lock file, by whichever build: one that is broken off forgets what it was made of, and not this. */
const INSTALLED_FROM = 'dist/.installed';
const CLIENT = 'libs/database/src/generated';
const GENERATED = 'dist/.generated';
const BUILT = 'dist/.built';
const UNDER_WAY = 'dist/.preparing';
const PROGRAMS = ['api', 'cli', 'sandbox'];
const SOURCES = ['apps', 'libs', 'prisma', 'package.json', 'tsconfig.json'];
/** Who prepares says so again every second; whoever has not for so long was killed. */
const SAID_EVERY_MS = 1000;
const KILLED_AFTER_MS = 10_000;

const at = (path) => join(root, path);
const modified = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * What stands in files and below folders. Not their times: archives and rsync bring old ones along, and an update by them
 * would look older than what was built before it.
 */
function digest(...paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const found = statSync(at(path), { throwIfNoEntry: false });
    if (found?.isDirectory()) for (const name of readdirSync(at(path)).sort()) add(join(path, name));
    else if (found) hash.update(`${path} ${found.size}\n`).update(readFileSync(at(path)));
  };
  paths.forEach(add);
  return hash.digest('hex');
}

/** The lines that were noted when a step had come through; none when it was broken off, or never taken. */
function noted(path) {
  return existsSync(at(path)) ? readFileSync(at(path), 'utf8').trim().split('\n') : [];
}

function note(path, lines) {
  writeFileSync(at(path), `${lines.join('\n')}\n`);
}

function isInstalled() {
  const [lock, installed] = noted(INSTALLED_FROM);
  const isAsNoted = existsSync(at(INSTALLED)) && digest(INSTALLED) === installed;
  if (isAsNoted) return digest('package-lock.json') === lock;
  // Somebody has installed it by hand.
  return modified(INSTALLED) >= modified('package-lock.json');
}

const generator = () => digest('prisma/schema.prisma', 'prisma/prisma.config.ts', 'prisma/generate.mjs', INSTALLED);
/** With what came of it: a generator that is killed, or that of another version, leaves its files in the same place. */
const isGenerated = () => noted(GENERATED).join() === [generator(), digest(CLIENT)].join();

const ingredients = () => [digest(...SOURCES), digest('package-lock.json'), digest(INSTALLED)];
const isBuilt = () => noted(BUILT).join() === ingredients().join();

const running = new Set();

/** Runs a command; what it prints is shown only when it fails. */
function run(title, command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      if (code === 0) resolve();
      else reject(new Error(`${title} failed.\n${Buffer.concat(output).toString().trim()}`));
    });
  });
}

async function step(title, ...runs) {
  const start = Date.now();
  process.stderr.write(`${title} … `);
  const ends = await Promise.allSettled(runs.map(([command, ...args]) => run(title, command, args)));
  // Only now: none writes on when somebody has seen the failure and tries again.
  for (const { reason } of ends) if (reason) throw reason;
  process.stderr.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

const node = process.execPath;
const npm = process.env.npm_execpath ? [node, process.env.npm_execpath] : ['npm'];
const tsc = (project) => [node, 'node_modules/typescript/bin/tsc', '-p', project];
const vite = (folder) => [node, 'node_modules/vite/bin/vite.js', 'build', folder];

/** Does it while no other process does the same in this checkout: two installations at once break each other. */
async function alone(work) {
  try {
    mkdirSync(at('dist'), { recursive: true });
    for (let isTold = false; !begin(); isTold = true) {
      if (!isTold) process.stderr.write('Another process prepares this checkout; waiting for it …\n');
      await pause(SAID_EVERY_MS / 4);
    }
  } catch (error) {
    throw new Error(
      `Something here is not built yet, or older than its source, and cannot be built: ${error.message}\n` +
        'Run the same once as the user whom this checkout belongs to, or let this one write to it.',
    );
  }
  const saying = setInterval(() => {
    const now = new Date();
    if (existsSync(at(UNDER_WAY))) utimesSync(at(UNDER_WAY), now, now);
  }, SAID_EVERY_MS);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      for (const child of running) child.kill(signal);
      rmSync(at(UNDER_WAY), { force: true });
      process.kill(process.pid, signal);
    });
  }
  try {
    await work();
  } finally {
    clearInterval(saying);
    rmSync(at(UNDER_WAY), { force: true });
  }
}

/** @returns false while another process is at it */
function begin() {
  try {
    writeFileSync(at(UNDER_WAY), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  // A clock that was set back must not keep everybody out.
  const isKilled = Math.abs(Date.now() - modified(UNDER_WAY)) > KILLED_AFTER_MS;
  if (isKilled) rmSync(at(UNDER_WAY), { force: true });
  return false;
}

/** What would fail here in words of others, after half a minute of installing. */
function checkMachine() {
  if (process.platform === 'win32') throw new Error('Tonearm runs on Linux and macOS. On Windows, run it in WSL.');
  const [major, minor] = process.versions.node.split('.').map(Number);
  // As "engines" in package.json has it: with these a CommonJS module may require an ES module.
  if (major >= 23 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new Error(
    `Tonearm needs Node 20.19 or 22.12, or newer, and this is ${process.versions.node}.\n` +
      'Install a newer one (https://nodejs.org/en/download), and run the same again.',
  );
}

async function prepare() {
  checkMachine();
  if (isInstalled() && isGenerated() && isBuilt()) return;
  await alone(async () => {
    if (!isInstalled()) {
      // No dependency runs code when it is installed: npm 11 reads so in package.json, older ones have to be told. What their
      // scripts would do for us is done where it is needed, by libs/database and by the next step.
      const ci = [...npm, 'ci', '--include=dev', '--include=optional', '--ignore-scripts'];
      await step('Installing dependencies, for about half a minute', ci);
    }
    note(INSTALLED_FROM, [digest('package-lock.json'), digest(INSTALLED)]);
    if (!isGenerated()) {
      const by = generator();
      await step('Generating the database client', [node, 'prisma/generate.mjs']);
      note(GENERATED, [by, digest(CLIENT)]);
    }
    if (!isBuilt()) {
      // After a build that was broken off tsc's own notes are of the one before it, and it would leave in place what that
      // one has written when the sources are as they were before.
      if (!existsSync(at(BUILT))) for (const app of PROGRAMS) rmSync(at(`dist/${app}.tsbuildinfo`), { force: true });
      // Without its note a build that is broken off is not taken for a whole one.
      rmSync(at(BUILT), { force: true });
      // What changes while it is being built is built the next time.
      const built = ingredients();
      const programs = PROGRAMS.map((app) => tsc(`apps/${app}/tsconfig.app.json`));
      await step('Building', ...programs, vite('apps/web'));
      await step('Bundling the service', vite('apps/api'));
      note(BUILT, built);
    }
  });
}

prepare().catch((error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
});
