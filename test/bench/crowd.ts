// A process with a crowd that comes at the same moment: all connect, and when the last of them has, all ask. Prints as JSON
// how many were told what plays, or that nobody knows.
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** Whom to ask, and how many of the crowd ask each. */
export interface Crowd {
  ports: readonly number[];
  each: number;
}

const AT_ONCE = 200;
const REQUEST = 'GET /currently-playing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';

const crowd = JSON.parse(process.argv[2] ?? '{}') as Crowd;

async function come(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** @returns what is told, in short: the status, and whether it is known or degraded */
async function ask(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.write(REQUEST);
  await once(socket, 'close');
  return `${text.slice(9, 12)} ${text.includes('"degraded":null') ? 'known' : 'degraded'}`;
}

const doors = crowd.ports.flatMap((port) => Array.from({ length: crowd.each }, () => port));
const sockets: Socket[] = [];
for (let from = 0; from < doors.length; from += AT_ONCE) {
  sockets.push(...(await Promise.all(doors.slice(from, from + AT_ONCE).map(come))));
}
const told: Record<string, number> = {};
for (const answer of await Promise.all(sockets.map(ask))) told[answer] = (told[answer] ?? 0) + 1;
process.stdout.write(JSON.stringify(told));
