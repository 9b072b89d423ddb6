import { fieldOf } from '../field-of.js';

/** Prisma's codes for a server that cannot be reached, hangs up, or has no connection to spare in time. */
const PRISMA_CODES: ReadonlySet<unknown> = new Set(['P1001', 'P1002', 'P1017', 'P2024', 'P2028']);

/** Its driver adapter's own words, which raw queries carry inside an error of another code. */
const ADAPTER_KINDS: ReadonlySet<unknown> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/**
 * What Postgres says when it is shutting down, starting, or full, when a statement takes too long, when it has become a
 * standby, and the class of its connection exceptions.
 */
const POSTGRES_CODES = /^(08\w{3}|57P0[123]|53300|57014|25006)$/;

const DISK_FULL = '53100';

/** Neither the driver nor the adapter gives these a code; the last is of a connection that was silent for too long. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)|\bNo answer in time\.$/;

/** Whether a query has failed because the database cannot be reached, and not for what was asked of it. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = fieldOf(error, 'code');
  if (PRISMA_CODES.has(code) || code === 'notification_failed' || ADAPTER_KINDS.has(adapterSays(error, 'kind')))
    return true;
  return postgresCodes(error).some((one) => POSTGRES_CODES.test(one)) || LOST_CONNECTION.test(error.message);
}

/** Whether a query has failed because there is no room left for what it would keep. */
export function isDatabaseFull(error: unknown): boolean {
  return postgresCodes(error).includes(DISK_FULL);
}

/** What Postgres itself has said, from the driver or by way of the adapter. */
function postgresCodes(error: unknown): string[] {
  const codes = [fieldOf(error, 'code'), adapterSays(error, 'code'), adapterSays(error, 'originalCode')];
  return codes.filter((code) => typeof code === 'string');
}

function adapterSays(error: unknown, name: string): unknown {
  return ['meta', 'driverAdapterError', 'cause', name].reduce<unknown>((value, field) => fieldOf(value, field), error);
}
