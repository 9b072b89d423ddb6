import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/**
 * Whether a connection stays with one process of the server, as LISTEN and locks need it: a pooler with transaction pooling
 * gives it another one whenever somebody else has a turn. Costs nothing where no pooler is in between.
 *
 * @param client is connected
 * @param connect makes another connection to the same place, which is closed again
 * @param query_timeout in milliseconds, for each of the four statements
 */
export async function keepsSessions(
  client: pg.Client,
  connect: () => Promise<pg.Client>,
  query_timeout: number,
): Promise<boolean> {
  const ask = async (on: pg.Client, text: string, values: string[] = []): Promise<unknown> =>
    (await on.query<{ told: unknown }>({ ...timed, text, values })).rows[0]?.told;
  const timed = { query_timeout };
  // A pooler has made up the process that it told when the connection began; the types of pg have no word for it.
  if ((await ask(client, 'SELECT pg_backend_pid() AS told')) === Reflect.get(client, 'processID')) return true;
  const mark = randomUUID();
  await ask(client, "SELECT set_config('tonearm.session', $1, false) AS told", [mark]);
  const other = await connect();
  try {
    // Until its end it has the process that the first one was just served by, unless that one keeps it.
    await ask(other, 'BEGIN');
    return (await ask(client, "SELECT current_setting('tonearm.session', true) AS told")) === mark;
  } finally {
    await other.end();
  }
}
