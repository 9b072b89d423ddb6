import { type RequestListener, type Server, createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';

const CARD = '/currently-playing/card.svg';
/** What the card promises, and what a test's own machine may take on top. */
const IN_TIME_MS = 2_000;

/** Stands before the sandbox and decides which cover a song has, and what is there. */
interface Front {
  url: string;
  /** The address of every cover from now on; null for the sandbox's own. */
  cover: string | null;
  /** Answers for covers; null fetches the sandbox's own. */
  answer: RequestListener | null;
  /** Paths of covers that were asked for. */
  asked: string[];
}

const folder = temporaryFolder();
const servers: Server[] = [];
let stage: Stage;
let front: Front;
let service: Service;
/** A host that no provider names. */
let foreign: { url: string; asked: string[] };

async function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address.');
  return `http://127.0.0.1:${address.port}`;
}

async function openFront(sandboxUrl: string): Promise<Front> {
  const made: Front = { url: '', cover: null, answer: null, asked: [] };
  made.url = await listen((request, response) => {
    const path = request.url ?? '';
    const isCover = !path.startsWith('/2.0/');
    if (isCover) made.asked.push(path);
    if (isCover && made.answer) {
      made.answer(request, response);
      return;
    }
    const relay = async (): Promise<void> => {
      const answer = await fetch(sandboxUrl + path);
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type });
      if (isCover) response.end(Buffer.from(await answer.arrayBuffer()));
      else response.end((await answer.text()).replaceAll(/http:[^"]*\.png/g, (own) => coverFor(made, own, sandboxUrl)));
    };
    relay().catch(() => response.destroy());
  });
  return made;
}

function coverFor({ cover, url }: Front, own: string, sandboxUrl: string): string {
  return cover ?? own.replace(sandboxUrl, url);
}

async function start(): Promise<Service> {
  const settings = { ...stage.settings, LASTFM_API_URL: `${front.url}/2.0/` };
  return startService(folder, { DATABASE_URL: await migratedDatabase(), ...settings });
}

/** Lets a song with this cover play, and waits until the service knows. */
async function play(title: string, cover: string | null): Promise<void> {
  front.cover = cover;
  await stage.scenario('playing', { track: { artist: 'The Night Ferry', title, album: 'Harbour Lights' } });
  await eventually(async () => {
    expect((await json(service, '/currently-playing')).body).toMatchObject({
      title,
      ...(cover === null ? {} : { albumImageUrl: cover }),
    });
  });
}

interface Drawn {
  svg: string;
  status: number;
  headers: Headers;
  tookMs: number;
}

async function card(query = '', from: Service = service): Promise<Drawn> {
  const begun = performance.now();
  const answer = await fetch(`${from.url}${CARD}${query}`);
  const svg = await answer.text();
  return { svg, status: answer.status, headers: answer.headers, tookMs: performance.now() - begun };
}

/** The card of a song, once it is shown: for a moment the one before may be repeated. */
function cardOf(title: string): Promise<Drawn> {
  return eventually(async () => {
    const drawn = await card();
    expect(drawn.svg).toContain(`>${title}<`);
    return drawn;
  });
}

beforeAll(async () => {
  stage = await openStage();
  front = await openFront(new URL(stage.settings['LASTFM_API_URL'] ?? '').origin);
  foreign = { url: '', asked: [] };
  foreign.url = await listen((request, response) => {
    foreign.asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  });
  service = await start();
});

afterEach(async () => {
  front.answer = null;
  front.cover = null;
  await stage.reset();
});

afterAll(async () => {
  await service.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await stage.close();
  removeFolder(folder);
});

describe('GET /currently-playing/card.svg', () => {
  it('is a picture with the cover in it, for proxies to keep a little while', async () => {
    await play('Paper Lanterns', null);
    const { status, svg, headers } = await eventually(async () => {
      const drawn = await card();
      expect(drawn.svg).toContain('<image');
      return drawn;
    });
    expect(status).toBe(200);
    expect(svg).toContain('Now playing on Last.fm');
    expect(svg).toContain('>Paper Lanterns<');
    const [, inlined = ''] = /href="data:image\/png;base64,([^"]+)"/.exec(svg) ?? [];
    const path = front.asked.at(-1) ?? '';
    const own = Buffer.from(await (await fetch(front.url + path)).arrayBuffer());
    expect(Buffer.from(inlined, 'base64').equals(own)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': expect.stringMatching(/^public, max-age=(\d+), s-maxage=\1, /),
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect(svg).not.toMatch(/<script|href="(?!data:|https:)/);
  });

  it('is fetched again only when it has changed', async () => {
    await play('Salt on the Window', null);
    const first = await eventually(async () => {
      const drawn = await card();
      expect(drawn.svg).toContain('<image');
      return drawn;
    });
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(service.url + CARD, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(again.headers.get('cache-control')).toContain('max-age=');
    const head = await fetch(service.url + CARD, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), head.headers.get('content-type')]).toEqual([
      200,
      etag,
      'image/svg+xml; charset=utf-8',
    ]);
    expect((await card('?theme=dark')).headers.get('etag')).not.toBe(etag);
    await play('Low Tide', null);
    await eventually(async () => {
      expect((await fetch(service.url + CARD, { headers: { 'if-none-match': etag } })).status).toBe(200);
    });
  });

  it('asks no host that the provider does not name, by address or by redirect', async () => {
    await play('Elsewhere', `${foreign.url}/cover.png`);
    expect((await cardOf('Elsewhere')).svg).not.toContain('<image');
    front.answer = (_, response) => response.writeHead(302, { location: `${foreign.url}/cover.png` }).end();
    await play('Elsewhere Again', `${front.url}/i/u/300x300/redirect.png`);
    const { status, svg } = await cardOf('Elsewhere Again');
    expect(front.asked).toContain('/i/u/300x300/redirect.png');
    expect([status, svg.includes('<image')]).toEqual([200, false]);
    expect(foreign.asked).toEqual([]);
  });

  it('shows a record of its own instead of a cover that is too big or no picture', async () => {
    front.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.end(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(2_000_000)]));
    };
    await play('Too Big', `${front.url}/i/u/300x300/big.png`);
    expect(await cardOf('Too Big')).toMatchObject({ status: 200, svg: expect.not.stringContaining('<image') });
    front.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
    };
    await play('No Picture', `${front.url}/i/u/300x300/drawn.png`);
    expect(await cardOf('No Picture')).toMatchObject({ status: 200, svg: expect.not.stringContaining('<image') });
    expect(front.asked).toEqual(expect.arrayContaining(['/i/u/300x300/big.png', '/i/u/300x300/drawn.png']));
  });

  it('does not wait for a cover that does not come, and is asked for again soon', async () => {
    front.answer = () => undefined;
    await play('The Long Wait', `${front.url}/i/u/300x300/never.png`);
    const { status, headers, tookMs } = await cardOf('The Long Wait');
    expect(status).toBe(200);
    expect(tookMs).toBeLessThan(IN_TIME_MS);
    expect(headers.get('cache-control')).toMatch(/^public, max-age=5, s-maxage=5, /);
  });

  it('tells the last song, and that it may be old, while the provider is down', async () => {
    await play('Before the Storm', null);
    await stage.scenario('backend-failed');
    await eventually(async () => {
      const { status, svg } = await card();
      expect(status).toBe(200);
      expect(svg).toContain('>Before the Storm<');
      expect(svg).toContain('>May be out of date<');
      expect(svg).toContain('>Last known on Last.fm: Before the Storm');
      expect(svg).not.toContain('animation:');
    });
  });

  it('is there in time when nobody answers and nothing is known', async () => {
    await stage.scenario('hang');
    const fresh = await start();
    try {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const { status, svg, tookMs } = await card('', fresh);
        expect(status).toBe(200);
        expect(svg).toContain('>Not playing<');
        expect(tookMs).toBeLessThan(IN_TIME_MS);
      }
    } finally {
      await fresh.stop();
    }
  });
});

describe('the query of a card', () => {
  it.each([
    'theme=nonsense&layout=&width=wide&bg=red&radius=1e9&locale=xx',
    'theme=dark&theme=light',
    'theme[]=dark&theme[a]=b&__proto__=1&constructor=2',
    'width=&&&===&%FF%FE=%00',
    `x=${'a'.repeat(10_000)}`,
  ])('says nothing when it says %.60s', async (query) => {
    // The song may change between the two.
    await eventually(async () => {
      const plain = await card();
      const { status, svg } = await card(`?${query}`);
      expect(status).toBe(200);
      expect(svg).toBe(plain.svg);
    });
  });

  it.each([
    ['width=9999', 'width="800" height="128"'],
    ['width=-1&layout=tall', 'width="180" height='],
    ['locale=de', 'lang="de"'],
    ['bg=%230d1117&border=false', 'rx="10" fill="#0d1117"/>'],
  ])('%s is understood', async (query, part) => {
    const { status, svg } = await card(`?${query}`);
    expect(status).toBe(200);
    expect(svg).toContain(part);
  });

  it('is in the directory of routes, with what it takes', async () => {
    const { items } = (await json(service, '/endpoints')).body as {
      items: { path: string; parameters: { name: string; takes: string; default: string | null }[] }[];
    };
    const parameters = items.find(({ path }) => path === CARD)?.parameters ?? [];
    expect(parameters.map(({ name }) => name)).toEqual([
      'theme',
      'layout',
      'width',
      'bg',
      'radius',
      'border',
      'motion',
      'locale',
    ]);
    expect(parameters.find(({ name }) => name === 'layout')).toMatchObject({
      takes: 'row | compact | tall',
      default: 'row',
    });
  });
});
