import fc from 'fast-check';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';
import { visits } from '../support/visits.js';

const folder = temporaryFolder();
let stage: Stage;
/** On one database, so that both tell the same; one of them always asks the router. */
let services: [fast: Service, slow: Service];

beforeAll(async () => {
  stage = await openStage();
  await stage.scenario('playing', {
    track: { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' },
  });
  const settings = { ...stage.settings, DATABASE_URL: await migratedDatabase(), BASE_URL: 'http://music.example' };
  services = await Promise.all([
    startService(folder, { ...settings, FAST_PATH: 'on' }),
    startService(folder, { ...settings, FAST_PATH: 'off' }),
  ]);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await stage.close();
  removeFolder(folder);
});

interface Ask {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
}

interface Raw {
  status: number | undefined;
  /** Names and values as they were sent. */
  headers: string[];
  body: string;
}

function ask({ url }: Service, { method, path, headers }: Ask): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers }, (answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode, headers: withoutTime(answer.rawHeaders), body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Without the values of what depends on when each of the two was asked, and has asked itself. */
function withoutTime(headers: string[]): string[] {
  const timed = ['date', 'age', 'cache-status', 'cache-control'];
  const isTimed = (name = ''): boolean => timed.includes(name.toLowerCase());
  return headers.map((text, index) => (index % 2 === 1 && isTimed(headers[index - 1]) ? '' : text));
}

/** Waits until both tell the same, and the fast one has seen what the router's answers look like. */
async function settled(): Promise<string> {
  return eventually(async () => {
    const [one, other] = await Promise.all(services.map((service) => json(service, '/currently-playing')));
    expect(one?.body).toMatchObject({ title: 'Paper Lanterns', lastPlayed: expect.anything() });
    expect(other?.body).toEqual(one?.body);
    const etag = one?.headers.get('etag') ?? '';
    for (const service of services) {
      const again = await json(service, '/currently-playing', { headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
    }
    return etag;
  });
}

/** The tag of the song, and of a list; `Age` and what goes with it are another second's on the two. */
const LIST = '/top/artists?limit=3';

it('the fast path and the router answer the same, byte for byte', async () => {
  const etag = await settled();
  const list = (await json(services[0], LIST)).headers.get('etag') ?? '';
  await json(services[0], LIST, { headers: { 'if-none-match': list } });
  const etags = fc.constantFrom(etag, `W/${etag}`, `"x", ${etag}`, list, '*', '"x"', '', etag.replaceAll('"', ''));
  const headers = fc.record(
    {
      'if-none-match': etags,
      origin: fc.constantFrom('https://blog.example', 'null', 'x'),
      accept: fc.constantFrom('*/*', 'text/html', 'application/xml;q=0.1'),
      'accept-encoding': fc.constantFrom('gzip, br', 'identity;q=0'),
      range: fc.constantFrom('bytes=0-10', 'bytes=999-'),
      'if-modified-since': fc.constant('Sat, 21 Nov 2026 10:00:00 GMT'),
      'cache-control': fc.constantFrom('no-cache', 'only-if-cached'),
      'content-length': fc.constant('0'),
      connection: fc.constantFrom('close', 'keep-alive'),
      cookie: fc.string({ unit: fc.constantFrom('a', '=', ';', ' ') }),
      'x-forwarded-for': fc.ipV4(),
      'x-http-method-override': fc.constant('DELETE'),
    },
    { requiredKeys: [] },
  );
  const paths = fc.oneof(
    { weight: 3, arbitrary: fc.constant('/currently-playing') },
    { weight: 2, arbitrary: fc.constant(LIST) },
    fc.constantFrom(
      '/currently-playing?',
      '/currently-playing/',
      '//currently-playing',
      '/Currently-Playing',
      '/currently%2Dplaying',
    ),
    fc.webQueryParameters().map((query) => `/currently-playing?${query}`),
  );
  const methods = fc.constantFrom('GET', 'GET', 'HEAD', 'HEAD', 'POST', 'OPTIONS', 'DELETE');
  await fc.assert(
    fc.asyncProperty(fc.record({ method: methods, path: paths, headers }), async (question) => {
      const [fast, slow] = await Promise.all(services.map((service) => ask(service, question)));
      expect(fast).toEqual(slow);
    }),
    { numRuns: 250 },
  );
});

it('the fast path tells the time as exactly as Node does', async () => {
  await settled();
  // Over some turns of the second, at which Node's own date is late by a moment.
  for await (const now of visits({ apartMs: 10, forMs: 3_200 })) {
    const begun = Math.floor(now / 1000);
    const { headers } = await fetch(`${services[0].url}/currently-playing`);
    const told = Date.parse(headers.get('date') ?? '') / 1000;
    // Near the turn Node may be late itself; what comes well after it is not.
    if (Date.now() % 1000 > 300) expect(told).toBeGreaterThanOrEqual(begun);
  }
});
