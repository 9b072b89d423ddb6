/** Where this room reports what an operator should know. Lines are plain text without secrets. */
export interface AccountsLog {
  info(line: string): void;
  warn(line: string): void;
  /** Somebody has to do something. */
  error(line: string): void;
}
