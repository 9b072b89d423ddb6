import { createServer } from 'node:net';

/** A server that accepts connections and never says a word. */
export interface MuteServer {
  /** Of a database there. */
  connectionString: string;
  /** Resolves when the first connection has been accepted. */
  accepted: Promise<unknown>;
  /** Resolves when all its connections have been ended by the other side. */
  close: () => Promise<void>;
}

/** Starts one, on 127.0.0.1. */
export async function startMuteServer(): Promise<MuteServer> {
  // Whoever does not read never sees that the other side has ended.
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('A listening TCP server has a port.');
  return {
    connectionString: `postgresql://somebody:s3cret@127.0.0.1:${address.port}/music`,
    accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
