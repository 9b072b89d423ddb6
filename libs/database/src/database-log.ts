/** Where the database reports what it does. Lines are plain text without secrets; the caller adds time and level. */
export interface DatabaseLog {
  /** For whoever looks for a fault: durations, lost pool connections. */
  debug(line: string): void;
  /** What an operator should know once: where the data lies, that migrations were applied. */
  info(line: string): void;
  /** Something broke and is being repaired. */
  warn(line: string): void;
}
