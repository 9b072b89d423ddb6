import { type Socket, connect, createServer } from 'node:net';

/** A way to the database that can be cut. */
export interface CuttableProxy {
  /** The database's address, by way of this. */
  connectionString: string;
  /** Breaks all connections, and lets none through. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts one before the database at `connectionString`. */
export async function startCuttableProxy(connectionString: string): Promise<CuttableProxy> {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((inward) => {
    if (isCut) {
      inward.destroy();
      return;
    }
    const outward = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy listens on no port.');
  const mine = new URL(connectionString);
  mine.hostname = '127.0.0.1';
  mine.port = String(address.port);
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    connectionString: mine.href,
    cut,
    mend: () => {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        cut();
      }),
  };
}
