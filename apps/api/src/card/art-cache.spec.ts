import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArtCache, type ArtLimits } from './art-cache.js';

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_000, 7)]);
const JPEG = Buffer.from('\xff\xd8\xff\xe0 and so on', 'latin1');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handle: Handler;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  handle(request, response);
});
let origin = '';

function send(body: Buffer, type: string, status = 200): Handler {
  return (_, response) => response.writeHead(status, { 'content-type': type }).end(body);
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address.');
  origin = `http://127.0.0.1:${address.port}`;
});

beforeEach(() => {
  asked.length = 0;
  handle = send(PNG, 'image/png');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function setUp(limits: Partial<ArtLimits> = {}) {
  const clock = { now: 1_000_000 };
  const failures: string[] = [];
  const note = (reason: string): void => void failures.push(reason);
  return { clock, failures, covers: new ArtCache(new Set([origin]), 'Tonearm/0.0.0', () => clock.now, note, limits) };
}

describe('covers', () => {
  it('are fetched once for all who ask, and kept', async () => {
    const { covers } = setUp();
    const all = await Promise.all(Array.from({ length: 20 }, () => covers.get(`${origin}/a.png`)));
    expect(new Set(all.map((art) => art?.dataUri))).toEqual(
      new Set([`data:image/png;base64,${PNG.toString('base64')}`]),
    );
    await covers.get(`${origin}/a.png#again`);
    expect(asked).toEqual(['/a.png']);
  });

  it('are what their bytes say', async () => {
    handle = send(JPEG, 'image/png');
    expect((await setUp().covers.get(`${origin}/a.png`))?.dataUri).toMatch(/^data:image\/jpeg;base64,/);
  });

  it.each(['https://covers.example/a.png', 'file:///etc/passwd', 'data:image/png;base64,AA', 'nonsense', ''])(
    'are not fetched from %s',
    async (address) => {
      expect(await setUp().covers.get(address)).toBeNull();
      expect(asked).toEqual([]);
    },
  );

  it('are not fetched from another host, though it were the same machine', async () => {
    const { covers } = setUp();
    expect(await covers.get(`${origin.replace('127.0.0.1', 'localhost')}/a.png`)).toBeNull();
    expect(asked).toEqual([]);
  });

  it('are not fetched from another port, over another scheme, with a user, or from an endless address', async () => {
    const { covers } = setUp();
    const { host, hostname } = new URL(origin);
    for (const address of [
      `http://${hostname}:1/a.png`,
      `https://${host}/a.png`,
      `http://me@${host}/a.png`,
      `${origin}/${'a'.repeat(3_000)}`,
    ]) {
      expect(await covers.get(address)).toBeNull();
    }
    expect(asked).toEqual([]);
  });

  it('are not looked for where a redirect leads', async () => {
    handle = (_, response) => response.writeHead(302, { location: `${origin}/elsewhere.png` }).end();
    expect(await setUp().covers.get(`${origin}/a.png`)).toBeNull();
    expect(asked).toEqual(['/a.png']);
  });

  it.each([
    ['a page', send(Buffer.from('<html>'), 'text/html')],
    ['an SVG', send(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')],
    ['a page that is called a picture', send(Buffer.from('<html>'), 'image/png')],
    ['a picture that is called a page', send(PNG, 'text/html')],
    ['nothing', send(Buffer.alloc(0), 'image/png')],
    ['an error', send(PNG, 'image/png', 404)],
    ['too much', send(Buffer.concat([PNG, Buffer.alloc(600_000)]), 'image/png')],
    ['a line that breaks off', (_: IncomingMessage, response: ServerResponse) => response.destroy()],
  ])('are none when what comes is %s', async (_, handler) => {
    handle = handler;
    const { covers, failures } = setUp();
    expect(await covers.get(`${origin}/a.png`)).toBeNull();
    expect(failures).toHaveLength(1);
    expect(failures[0]).not.toContain(origin);
  });

  it('are given up when they take too long, even byte by byte', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      const drip = setInterval(() => response.write('\x89'), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
    };
    expect(await setUp({ fetchMs: 200 }).covers.get(`${origin}/a.png`)).toBeNull();
  });

  it('that failed are asked for again a little later', async () => {
    handle = send(PNG, 'image/png', 500);
    const { covers, clock } = setUp({ failureMs: 30_000 });
    await covers.get(`${origin}/a.png`);
    handle = send(PNG, 'image/png');
    clock.now += 29_999;
    expect(await covers.get(`${origin}/a.png`)).toBeNull();
    expect(asked).toHaveLength(1);
    clock.now += 2;
    expect(await covers.get(`${origin}/a.png`)).not.toBeNull();
  });

  it('make room for each other', async () => {
    const { covers } = setUp({ cacheBytes: 3_000 });
    for (const name of ['a', 'b', 'c']) await covers.get(`${origin}/${name}`);
    await covers.get(`${origin}/c`);
    await covers.get(`${origin}/a`);
    expect(asked).toEqual(['/a', '/b', '/c', '/a']);
  });
});
