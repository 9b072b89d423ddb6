// A process with ten thousand who listen: says when they all do, and then for each change how long it took to the last.
import { type Socket, connect } from 'node:net';

const [port = '0', count = '0'] = process.argv.slice(2);
const AT_ONCE = 200;
const REQUEST = 'GET /currently-playing/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n';
const sockets: Socket[] = [];
/** By the id of the event: how many have it, and when the first of them got it. */
const heard = new Map<string, { number: number; first: number }>();

function hear(id: string): void {
  const now = performance.now();
  const event = heard.get(id) ?? { number: 0, first: now };
  event.number += 1;
  heard.set(id, event);
  if (event.number === Number(count)) process.send?.({ id, delayMs: now - event.first });
}

function listen(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    sockets.push(socket);
    let isFirst = true;
    socket.on('connect', () => socket.write(REQUEST));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (isFirst && !text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 200)));
      isFirst = false;
      const id = /(?:^|\n)id: (\S+)/.exec(text)?.[1];
      if (id === undefined) return;
      hear(id);
      resolve();
    });
  });
}

for (let from = 0; from < Number(count); from += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - from) }, listen));
}
process.send?.('listening');
