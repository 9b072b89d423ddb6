import { spawn } from 'node:child_process';
import { errorCode } from '../error-code.js';

/** A user and group to run a program as. */
export interface Account {
  uid: number;
  gid: number;
}

/** How a program ended. */
export interface ProgramResult {
  /** It ran and ended with status 0. */
  ok: boolean;
  /** Null: a signal ended it, or it did not run. */
  status: number | null;
  /** Both outputs, trimmed; of a long one the end. */
  output: string;
  /** Why it could not be run at all (`ENOENT`, `EACCES`, `EPERM`); absent when it ran. */
  spawnError?: string;
}

const TAIL = 4_000;
const TIMEOUT_MS = 120_000;

/** The end of a long text, whole lines. */
export function tail(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= TAIL ? trimmed : trimmed.slice(-TAIL).replace(/^[^\n]*\n/, '');
}

/**
 * The environment of everything that belongs to Postgres. Ours holds secrets, and it could be read in /proc by whoever
 * Postgres runs as; its locale and PG* variables would change what Postgres does.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Runs a program to its end, as `account` if given. Does not throw: failing to start is a result too. Ctrl-C in the terminal
 * does not reach it: whoever has started it waits for it, and then ends.
 */
export function runProgram(file: string, args: readonly string[], account?: Account): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      resolve({ ok: false, status: null, output: '', spawnError: errorCode(error) ?? 'unknown' });
    };
    try {
      const child = spawn(file, args, {
        ...account,
        cwd: '/',
        env: programEnvironment(),
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      // Node's own time limit goes on, and keeps this process alive, when the program could not be run.
      timer = setTimeout(() => child.kill(), TIMEOUT_MS);
      let said = '';
      for (const output of [child.stdout, child.stderr]) {
        output.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-2 * TAIL);
        });
      }
      child.once('error', fail);
      child.once('close', (status) => {
        clearTimeout(timer);
        resolve({ ok: status === 0, status, output: tail(said) });
      });
    } catch (error) {
      fail(error);
    }
  });
}
