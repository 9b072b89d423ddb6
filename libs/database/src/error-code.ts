/**
 * The code of a failed system call (`ECONNREFUSED`) or of a refusal by Postgres (SQLSTATE, `57P03`).
 * Absent when the value carries none.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What went wrong, in the thrower's words. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
