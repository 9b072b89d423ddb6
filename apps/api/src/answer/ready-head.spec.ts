import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadyHead } from './ready-head.js';

type Handler = (response: ServerResponse, request: IncomingMessage) => void;

const opened: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  for (const close of opened.splice(0)) close();
});

/** A server on a loopback port that ends with the test. */
async function serve(handle: Handler): Promise<number> {
  const server = createServer((request, response) => {
    handle(response, request);
  });
  opened.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  return address.port;
}

/** Sends this over a connection, with a last request that ends it. @returns all that came back, without dates */
function talk(port: number, ...requests: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('close', () => {
      resolve(heard.replaceAll(/Date: .*\r\n/g, ''));
    });
    socket.on('error', reject);
    socket.write(requests.map((request) => `${request}\r\nHost: x\r\n\r\n`).join(''));
    socket.write('GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
}

/** Sends one body with one head. @returns also whether Node has made the head of each answer */
async function repeating(status: 200 | 304, headers: string[], body?: string) {
  const head = new ReadyHead(status, headers);
  const byNode: boolean[] = [];
  const seen: number[] = [];
  const port = await serve((response) => {
    const writeHead = vi.spyOn(response, 'writeHead');
    head.write(response);
    byNode.push(writeHead.mock.calls.length > 0);
    response.end(body);
    response.on('finish', () => seen.push(response.statusCode));
  });
  return { port, byNode, seen };
}

/** Moves our clock to where Node's is, which is late by a moment when a second turns. */
async function atNodesTime(): Promise<void> {
  const port = await serve((response) => response.end());
  const { headers } = await fetch(`http://127.0.0.1:${port}`);
  vi.setSystemTime(new Date(headers.get('date') ?? ''));
}

const LAST = 'Connection: close\r\n';
/** Whatever goes on when a second turns is tried again in the next. */
const PATIENT = { timeout: 15_000 };

describe.each([
  ['of an answer that tells its length', 200, ['content-length', '2'], '{}'],
  ['of one that does not', 200, [], '{}'],
  ['of one without a body', 304, ['etag', '"one"'], undefined],
] as const)('a head %s', (_, status, headers, body) => {
  const ask = 'GET / HTTP/1.1';

  it('is made once a second, and is the same every time until the connection ends', async () => {
    await vi.waitFor(async () => {
      await atNodesTime();
      const { port, byNode, seen } = await repeating(status, [...headers], body);
      const heard = await talk(port, ask, ask, ask);
      expect(byNode).toEqual([true, false, false, true]);
      expect(seen).toEqual([status, status, status, status]);
      const [first, second, third, last] = heard.split(/(?=HTTP\/1.1 )/);
      expect([second, third]).toEqual([first, first]);
      expect(last?.includes(LAST)).toBe(true);
      expect(first?.replace(/Connection: keep-alive\r\nKeep-Alive: .*\r\n/, LAST)).toBe(last);
    }, PATIENT);
  });

  it('is made anew in another second', async () => {
    await vi.waitFor(async () => {
      await atNodesTime();
      const { port, byNode } = await repeating(status, [...headers], body);
      await talk(port, ask);
      vi.setSystemTime(Date.now() + 1_000);
      await talk(port, ask);
      expect(byNode).toEqual([true, true, true, true]);
    }, PATIENT);
  });

  it('is made every time while our clock and that of Node tell another second', async () => {
    vi.setSystemTime(Date.now() - 5_000);
    const { port, byNode } = await repeating(status, [...headers], body);
    await talk(port, ask, ask);
    expect(byNode).toEqual([true, true, true]);
  });

  it('is made by Node for a client of HTTP/1.0, and for those who ask after one', async () => {
    await atNodesTime();
    const old = 'GET / HTTP/1.0\r\nConnection: keep-alive';
    const toNode = await serve((response) => response.writeHead(status, [...headers]).end(body));
    const { port } = await repeating(status, [...headers], body);
    const [oldAlone, others] = [await talk(toNode, old), await talk(toNode, ask)];
    expect(await talk(port, old)).toBe(oldAlone);
    expect(await talk(port, ask)).toBe(others);
    expect(await talk(port, old)).toBe(oldAlone);
  });
});
