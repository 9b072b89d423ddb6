import type { Placement } from './placement.js';
import { runProgram } from './run-program.js';

/** With which status a command under the lock ends at once when another holds it. */
export const LOCK_HELD = 75;

/**
 * The words to put before a server's command so that it, with all its children, holds the lock of its cluster for as long
 * as it lives. Postgres itself goes by process ids, and those of another container cannot be seen: it would take the pid
 * file of a server there for one of a dead server, and two servers on one cluster destroy it. This lock is the system's,
 * on the folder itself, and ends with its holders however they end.
 * @returns `held` when another has it; no words where there is no `flock` (util-linux), or the file system knows no locks
 */
export async function clusterLock({ cluster, account }: Placement): Promise<readonly string[] | 'held'> {
  const words = ['flock', '--nonblock', `--conflict-exit-code=${LOCK_HELD}`, '--no-fork', cluster];
  const [program = '', ...args] = words;
  const { ok, status } = await runProgram(program, [...args, 'true'], account);
  if (status === LOCK_HELD) return 'held';
  return ok ? words : [];
}
