import { type Socket, connect, createServer } from 'node:net';
import { portOf } from './port-of.js';

/** A way to a Postgres that can go wrong. */
export interface FaultyProxy {
  /** The database's address by way of this. */
  connectionString: string;
  /** How many connections have been asked for so far. */
  asked: () => number;
  /** All that has come from the database so far. */
  brought: () => string;
  /** Breaks all connections and lets none through until `mend`. */
  cut: () => void;
  /** The same as soon as the database has said this, and that has been passed on. */
  cutAfter: (said: string) => void;
  /** The same as soon as the database is told this; it may hear it, and nobody hears its answer. */
  cutWhenTold: (told: string) => void;
  mend: () => void;
  /** The connections there are stay open and nothing passes any more, not even their end; new ones work. */
  stall: () => void;
  /** The same as soon as the database is told this; it may hear it, and nobody hears its answer. */
  stallWhenTold: (told: string) => void;
  close: () => Promise<void>;
}

/** Starts one, on 127.0.0.1. */
export async function startFaultyProxy(connectionString: string): Promise<FaultyProxy> {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  let asked = 0;
  let brought = '';
  let isCut = false;
  let lastWord: string | null = null;
  let lastOrder: string | null = null;
  let unheard: string | null = null;
  const stall = (): void => {
    unheard = null;
    for (const socket of sockets) socket.unpipe().pause();
  };
  const server = createServer((inward) => {
    asked += 1;
    if (isCut) {
      inward.destroy();
      return;
    }
    const outward = connect(Number(target.port), target.hostname);
    outward.on('data', (bytes) => {
      const said = bytes.toString('latin1');
      brought += said;
      if (lastWord !== null && said.includes(lastWord)) setImmediate(cut);
    });
    inward.on('data', (bytes) => {
      const told = bytes.toString('latin1');
      if (lastOrder !== null && told.includes(lastOrder)) setImmediate(cut);
      if (unheard !== null && told.includes(unheard)) stall();
    });
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
  const mine = new URL(connectionString);
  mine.host = `127.0.0.1:${portOf(server)}`;
  const cut = (): void => {
    isCut = true;
    lastWord = null;
    lastOrder = null;
    for (const socket of sockets) socket.destroy();
  };
  return {
    connectionString: mine.href,
    asked: () => asked,
    brought: () => brought,
    cut,
    cutAfter: (said) => {
      lastWord = said;
    },
    cutWhenTold: (told) => {
      lastOrder = told;
    },
    mend: () => {
      isCut = false;
    },
    stall,
    stallWhenTold: (told) => {
      unheard = told;
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
