// Everything that npm test runs, side by side: the checks print what they have to say when they fail.
import { spawn } from 'node:child_process';
import { findNginx } from './proxy/find-nginx.mjs';
import { findBrowser } from './support/find-browser.mjs';

const CHECKS = ['format:check', 'lint', 'typecheck'];
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];

/** @returns the exit code, and what was printed unless it went straight to the terminal */
function run([command, ...args], stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}

const vitest = run([process.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], 'inherit');
const failed = [];
// One after the other: they are long enough to fill what the tests leave free.
for (const check of CHECKS) {
  const { code, output } = await run([...npm, 'run', '--silent', check], ['ignore', 'pipe', 'pipe']);
  if (code !== 0) failed.push(`npm run ${check} failed:\n${output.trim()}`);
}
const { code } = await vitest;
for (const line of failed) process.stderr.write(`\n${line}\n`);
if (failed.length === 0) process.stdout.write('Format, lint and types are as they should be.\n');
if (findBrowser() === undefined) {
  process.stdout.write(
    'Browser tests did not run: there is no Chromium here. Install it (on Debian: apt install chromium), or name one: CHROMIUM=/path/to/chromium npm test.\n',
  );
}
if (findNginx() === undefined) {
  process.stdout.write(
    'Tests of the nginx configuration did not run: there is no nginx here. Install it (on Debian: apt install nginx-light), or name one: NGINX=/path/to/nginx npm test.\n',
  );
}
process.exitCode = code === 0 && failed.length === 0 ? 0 : 1;
