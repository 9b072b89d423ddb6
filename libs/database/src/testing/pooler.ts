import { type Socket, connect, createServer } from 'node:net';
import { portOf } from './port-of.js';

/** A pooler in front of a Postgres, on 127.0.0.1. */
export interface Pooler {
  /** The database's address by way of this. */
  connectionString: string;
  close: () => Promise<void>;
}

/** In no transaction. */
const IDLE = 'I'.charCodeAt(0);
/** What a session may ask for when it begins. */
const KNOWN = ['user', 'database', 'application_name', 'client_encoding'];

/**
 * Does what PgBouncer does: whoever begins a transaction is given the connection that was free last, and a session keeps its
 * own. It sends away who asks for more than it knows. Each client logs in by a connection of its own, which all of them have from then on, as one that was free for long.
 */
export async function startPooler(connectionString: string, mode: 'session' | 'transaction'): Promise<Pooler> {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  const free: Socket[] = [];
  const server = createServer((client) => {
    let serving: Socket | undefined;
    let isNew = true;
    const serve = (connection: Socket): Socket => {
      const take = makeReader();
      connection.removeAllListeners('data').on('data', (bytes: Buffer) => {
        for (const message of take(bytes)) {
          const type = String.fromCharCode(message[0] ?? 0);
          client.write(type === 'K' ? withAnotherProcess(message) : message);
          if (mode === 'session' || type !== 'Z' || message.at(-1) !== IDLE) continue;
          if (isNew) free.unshift(connection);
          else free.push(connection);
          isNew = false;
          serving = undefined;
        }
      });
      return connection;
    };
    const own = connect(Number(target.port), target.hostname);
    serving = serve(own);
    client.once('data', (bytes: Buffer) => {
      // After the length and the version, names and values in turn.
      const asked = bytes.toString('latin1', 8).split('\0');
      const names = asked.filter((name, index) => index % 2 === 0 && name !== '');
      if (!names.every((name) => KNOWN.includes(name))) client.destroy();
    });
    client.on('data', (bytes: Buffer) => {
      // Who leaves leaves alone.
      if (bytes[0] === 'X'.charCodeAt(0)) return;
      serving ??= serve(free.pop() ?? own);
      serving.write(bytes);
    });
    for (const socket of [client, own]) sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mine = new URL(connectionString);
  mine.host = `127.0.0.1:${portOf(server)}`;
  return {
    connectionString: mine.href,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Takes apart what a server sends: each message is a letter, a length that counts itself, and the rest. */
function makeReader(): (bytes: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const messages: Buffer[] = [];
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      messages.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return messages;
  };
}

/** A pooler cannot tell which process will serve. */
function withAnotherProcess(backendKey: Buffer): Buffer {
  const told = Buffer.from(backendKey);
  told.writeUInt32BE(told.readUInt32BE(5) + 1, 5);
  return told;
}
