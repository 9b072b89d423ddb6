// Brings a checkout to the point where its commands can run: installs, generates and builds what is missing or old.
// Runs before anything is installed, so it uses Node alone.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUILT = 'dist/.built';
const SOURCES = ['apps', 'libs', 'prisma', 'package.json', 'tsconfig.json'];

const at = (path) => join(root, path);
const modified = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The time of the youngest file below a path. */
function youngest(path) {
  if (!existsSync(at(path))) return 0;
  if (!statSync(at(path)).isDirectory()) return modified(path);
  return Math.max(modified(path), ...readdirSync(at(path)).map((name) => youngest(join(path, name))));
}

/** Runs a command; what it prints is shown only when it fails. */
function run(title, command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${title} failed.\n${Buffer.concat(output).toString().trim()}`));
    });
  });
}

async function step(title, ...runs) {
  const start = Date.now();
  process.stderr.write(`${title} … `);
  await Promise.all(runs.map(([command, ...args]) => run(title, command, args)));
  process.stderr.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

const node = process.execPath;
const npm = process.env.npm_execpath ? [node, process.env.npm_execpath] : ['npm'];
const tsc = (project) => [node, 'node_modules/typescript/bin/tsc', '-p', project];
const vite = (folder) => [node, 'node_modules/vite/bin/vite.js', 'build', folder];

async function prepare() {
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
    // No dependency runs code when it is installed: npm 11 reads so in package.json, older ones have to be told. What their
    // scripts would do for us is done where it is needed, by libs/database and by the next step.
    await step('Installing dependencies, for about half a minute', [...npm, 'ci', '--include=dev', '--ignore-scripts']);
  }
  const generator = Math.max(modified('prisma/schema.prisma'), modified('node_modules/.package-lock.json'));
  if (modified('libs/database/src/generated/client.ts') < generator) {
    await step('Generating the database client', [node, 'prisma/generate.mjs']);
  }
  const changed = Math.max(modified('node_modules/.package-lock.json'), ...SOURCES.map(youngest));
  if (modified(BUILT) < changed) {
    // Without its stamp a build that is broken off is not taken for a whole one.
    rmSync(at(BUILT), { force: true });
    const programs = ['api', 'cli', 'sandbox'].map((app) => tsc(`apps/${app}/tsconfig.app.json`));
    await step('Building', ...programs, vite('apps/web'));
    await step('Bundling the service', vite('apps/api'));
    mkdirSync(at('dist'), { recursive: true });
    writeFileSync(at(BUILT), '');
  }
}

prepare().catch((error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
});
