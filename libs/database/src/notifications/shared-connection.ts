import type { BoundedConnection } from './bounded-connection.js';

/**
 * Lends a short-lived connection: opened for the first who needs one, shared by those who come meanwhile, closed after the
 * last. So a burst takes one connection, and none is kept.
 * @returns runs `use` with the connection; rejects with what connecting or `use` rejects with
 */
export function shareConnection(
  connect: () => Promise<BoundedConnection>,
): (use: (connection: BoundedConnection) => Promise<void>) => Promise<void> {
  let shared: { connection: Promise<BoundedConnection>; users: number } | undefined;
  return async (use) => {
    const mine = (shared ??= { connection: connect(), users: 0 });
    mine.users += 1;
    try {
      await use(await mine.connection);
    } finally {
      mine.users -= 1;
      if (mine.users === 0) {
        shared = undefined;
        // Not to be reached is told by the use.
        const connection = await mine.connection.catch(() => undefined);
        await connection?.close();
      }
    }
  };
}
