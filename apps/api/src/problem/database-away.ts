/** Prisma's codes for a server that cannot be reached, hangs up, or has no connection to spare in time. */
const PRISMA_CODES: ReadonlySet<unknown> = new Set(['P1001', 'P1002', 'P1017', 'P2024', 'P2028']);

/** Its driver adapter's own words, which raw queries carry inside an error of another code. */
const ADAPTER_KINDS: ReadonlySet<unknown> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/** What Postgres says when it is shutting down, starting, or full, and the class of its connection exceptions. */
const POSTGRES_CODES = /^(08\w{3}|57P0[123]|53300)$/;

/** Neither the driver nor the adapter gives these a code; the last is of a connection that was silent for too long. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)|\bNo answer in time\.$/;

/** Whether a query has failed because the database cannot be reached, and not for what was asked of it. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = at(error, 'code');
  if (PRISMA_CODES.has(code) || code === 'notification_failed' || isPostgresCode(code)) return true;
  const adapters = at(at(at(error, 'meta'), 'driverAdapterError'), 'cause');
  if (ADAPTER_KINDS.has(at(adapters, 'kind')) || isPostgresCode(at(adapters, 'code'))) return true;
  return LOST_CONNECTION.test(error.message);
}

function isPostgresCode(code: unknown): boolean {
  return typeof code === 'string' && POSTGRES_CODES.test(code);
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
