// Everything that npm test runs, side by side: the checks print what they have to say when they fail.
import { spawn } from 'node:child_process';

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
process.exitCode = code === 0 && failed.length === 0 ? 0 : 1;
