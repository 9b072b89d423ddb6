import type { DatabaseLog } from '../database-log.js';

/** A log that keeps what it is told, to look whether it was told the right things and no secrets. */
export function makeListeningLog(): DatabaseLog & { lines: string[] } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (line: string): void => {
      lines.push(`${level}: ${line}`);
    };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn') };
}
