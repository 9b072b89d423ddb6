import { type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { clientOf, eventually, failureOf, judge } from './testing/client-under-test.js';

const opened: (() => void)[] = [];

afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A port on which somebody takes every connection, and says what is given or nothing; it ends with the test. */
async function listener(says = '') {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    // Whoever ends it, it is over.
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(says));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It listens on no port.');
  return { sockets, port: address.port, host: `127.0.0.1:${address.port}` };
}

it.each(['http', 'https'])('no more than ten connections are open at once to an upstream of %s', async (protocol) => {
  const { sockets, port, host } = await listener();
  const controller = new AbortController();
  const client = clientOf(`${protocol}://${host}`);
  const asked = Array.from({ length: 14 }, () => failureOf(client.read({ signal: controller.signal }, judge)));
  await eventually(() => {
    expect(sockets.length).toBeGreaterThanOrEqual(10);
  });
  // Connections come in the order in which they were asked for: after this one none of those can come any more.
  const last = connect(port, '127.0.0.1');
  opened.push(() => last.destroy());
  await eventually(() => {
    expect(sockets.at(-1)?.remotePort).toBe(last.localPort);
  });
  expect(sockets).toHaveLength(11);
  controller.abort();
  await Promise.all(asked);
});

it.each(['http', 'https'])('nothing is left open to an upstream of %s once its client is closed', async (protocol) => {
  const { sockets, host } = await listener();
  const client = clientOf(`${protocol}://${host}`, { limits: { furtherAttempts: 0 } });
  const asked = failureOf(client.read({}, judge));
  await eventually(() => {
    expect(sockets).toHaveLength(1);
  });
  client.close();
  expect((await asked).kind).toBe('unreachable');
  await eventually(() => {
    expect(sockets[0]?.destroyed).toBe(true);
  });
});

it('a connection that is kept for the next call is kept no longer than its client', async () => {
  const { sockets, host } = await listener('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  const client = clientOf(`http://${host}`);
  await client.read({}, judge);
  await client.read({}, judge);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false]);
  client.close();
  await eventually(() => {
    expect(sockets[0]?.destroyed).toBe(true);
  });
});
