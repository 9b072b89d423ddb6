#!/usr/bin/env node
import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { HELP, type Usage, readArguments } from './arguments.js';
import { ask } from './ask.js';
import { type Command, say } from './command.js';
import { backup } from './commands/backup.js';
import { backups } from './commands/backups.js';
import { cancel } from './commands/cancel.js';
import { diff } from './commands/diff.js';
import { download } from './commands/download.js';
import { remove } from './commands/remove.js';
import { restore } from './commands/restore.js';
import { restores } from './commands/restores.js';
import { verify } from './commands/verify.js';
import { FAILED, Fault, INTERRUPTED, codeOf, wrongUsage } from './fault.js';
import { commandHelpLines, helpLines } from './help.js';
import { didYouMean } from './nearest.js';
import { outputFault, standardOutput } from './output.js';
import { Service } from './service.js';
import { readToken, readUrl } from './settings.js';

const COMMANDS: readonly Command[] = [backup, backups, verify, download, diff, restore, restores, cancel, remove];
const HELP_USAGE: Usage = { name: HELP, takes: [], mayTake: ['command'], about: 'Tells what there is.', options: [] };
const USAGES: readonly Usage[] = [...COMMANDS, HELP_USAGE];

const output = standardOutput();

async function main(typed: readonly string[], interrupted: AbortSignal): Promise<number> {
  const call = readArguments(typed, USAGES);
  const command = COMMANDS.find(({ name }) => name === call.command);
  if (!command || call.options.has(HELP)) {
    const about = command?.name ?? call.words[0];
    say(output, ...(about === undefined ? helpLines(USAGES) : commandHelpLines(usageOf(about))));
    return 0;
  }
  const own = { ...process.env };
  loadEnvFile();
  const url = readUrl(call.options.get('url'), process.env);
  return command.run(call, {
    service: new Service(url, readToken(own, process.env), interrupted),
    output,
    isTerminal: process.stdout.isTTY && process.env['TERM'] !== 'dumb',
    ask: process.stdin.isTTY && process.stdout.isTTY ? (question) => ask(question, interrupted) : null,
    notes: process.stderr,
    folder: callersFolder(),
    now: Date.now,
    pause: (milliseconds) => pause(milliseconds, undefined, { signal: interrupted }),
    interrupted,
  });
}

function usageOf(name: string): Usage {
  const usage = USAGES.find((one) => one.name === name);
  if (usage) return usage;
  const names = USAGES.map((one) => one.name);
  throw wrongUsage(`There is no such command.${didYouMean(name, names)}`, `The commands are ${names.join(', ')}.`);
}

/** What the environment has already, it keeps. Read as the service reads it. */
function loadEnvFile(): void {
  try {
    for (const [name, value] of Object.entries(parse(readFileSync('.env')))) process.env[name] ??= value;
  } catch (error) {
    const code = codeOf(error) ?? 'unknown reason';
    if (code === 'ENOENT') return;
    throw new Fault(`.env cannot be read (${code}).`, 'Let it be a file that you may read, or move it away.');
  }
}

/** npm changes to the folder of package.json before it runs something. */
function callersFolder(): string {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  return npm_lifecycle_event === 'tonearm' && INIT_CWD ? INIT_CWD : process.cwd();
}

const interrupting = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupting.abort();
  });
}
output.on('error', (error) => {
  const fault = outputFault(error);
  if (fault === null) process.exit();
  say(process.stderr, fault.message, fault.remedy);
  process.exit(fault.exitCode);
});
// Nobody is left who could be told.
process.stderr.on('error', () => undefined);

try {
  process.exitCode = await main(process.argv.slice(2), interrupting.signal);
} catch (error) {
  if (interrupting.signal.aborted) process.exitCode = INTERRUPTED;
  else if (error instanceof Fault) {
    say(process.stderr, error.message, error.remedy);
    process.exitCode = error.exitCode;
  } else {
    say(process.stderr, `This program has made a mistake: ${String(error)}`, 'Try again with another command.');
    process.exitCode = FAILED;
  }
}
