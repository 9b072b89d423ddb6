import { createServer } from 'node:http';
import fc from 'fast-check';
import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAYOUTS, parseCardOptions } from '../../apps/api/src/card/card-options.js';
import { LOCALES } from '../../apps/api/src/card/card-words.js';
import { renderCard } from '../../apps/api/src/card/card.svg.js';
import { playing } from '../../apps/api/src/card/testing/documents.js';
import { THEME_NAMES, themeOn } from '../../apps/api/src/card/themes.js';
import { coverPng } from '../../apps/sandbox/src/art/cover.js';
import { type Site, openSite, picture, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { json, useHarness } from '../support/harness.js';

const { visit } = useBrowser();
const harness = useHarness();

const ART = `data:image/png;base64,${coverPng('a1b2c3d4e5f60718293a4b5c6d7e8f90', 64).toString('base64')}`;

/** What songs are called in these tests, and who sings them. */
const SONGS = {
  short: ['Paper Lanterns', 'The Night Ferry', 'Harbour Lights'],
  long: [
    'The Unbearable Lightness of Waiting for a Very Late Train in WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW (Live, 2019)',
    'The Extraordinarily Long Named Orchestra of the Northern Coast & Friends',
    'MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM',
  ],
  cjk: ['夜に駆ける船の上で君と見た花火の記憶', '밤의 나룻배와 친구들', '港口的灯火'],
  arabic: ['أغنية طويلة عن البحر والليل والقمر والنجوم فوق الميناء', 'سشصض سشصض سشصض سشصض', 'أضواء الميناء (Live)'],
  hebrew: ['שיר ארוך מאוד על הים ועל הלילה שמעל הנמל הישן', 'מעבורת הלילה', 'Harbour אורות'],
  emoji: ['🎵🔥 Party 👩‍👩‍👧‍👦 Time 🏳️‍🌈 🇸🇪🇸🇪🇸🇪🇸🇪 ❤️‍🔥', '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀', '✨'],
  markup: ['<script>alert("1")</script> & <b>Co\'s</b> &amp; ]]>', 'Tom & "Jerry" <3', '&lt;'],
  marks: [`Z${'\u0301\u0322'.repeat(40)}algo`, '\u202eegnarts\u202c \ud800', '\u0000\u001b'],
} as const;

type Song = keyof typeof SONGS;

function listSongs(): Song[] {
  const names: Song[] = [];
  for (const name in SONGS) if (isSong(name)) names.push(name);
  return names;
}

function isSong(name: string): name is Song {
  return Object.hasOwn(SONGS, name);
}

function cardOf(song: Song, query: object): string {
  const [title, artist, album] = SONGS[song];
  return renderCard(playing({ title, artist, album, stale: song === 'short' }), ART, parseCardOptions(query));
}

/** Serves cards as they are drawn, without the service around them. */
let cards: { url: string; close: () => void };

beforeAll(async () => {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://cards.example');
    const song = searchParams.get('song') ?? '';
    response.writeHead(200, { 'content-type': 'image/svg+xml; charset=utf-8' });
    response.end(cardOf(isSong(song) ? song : 'short', Object.fromEntries(searchParams)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address.');
  cards = {
    url: `http://127.0.0.1:${address.port}/card.svg`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
});

afterAll(() => {
  cards.close();
});

/** A blog with cards on it. */
function blogWith(addresses: readonly string[]): Promise<Site> {
  const images = addresses.map((address) => `<img src="${address.replaceAll('&', '&amp;')}" alt="">`);
  return openSite({
    '/': `<!doctype html><meta charset="utf-8"><title>A blog</title><body style="background:#c8ccd2">${images.join(' ')}`,
  });
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What of a card lies where. */
interface Measured {
  fault: string | null;
  card: Box;
  art: Box;
  texts: Box[];
}

/** In the browser: of the root of a card. */
const MEASURE = `((root) => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  return {
    fault: root.tagName === 'svg' ? (root.querySelector('parsererror')?.textContent ?? null) : root.tagName,
    card: box(root),
    art: box(root.querySelector('image')),
    texts: [...root.querySelectorAll('text')].map(box),
  };
})`;

/** Measures the card that is open as a document. */
async function measure(page: Page): Promise<Measured> {
  return page.evaluate(`${MEASURE}(document.documentElement)`);
}

/** Measures cards, one after the other, where nothing else is. */
async function measureAll(page: Page, cards: readonly string[]): Promise<Measured[]> {
  return page.evaluate(`${JSON.stringify(cards)}.map((card) => {
    const { documentElement: root } = new DOMParser().parseFromString(card, 'image/svg+xml');
    document.body.replaceChildren(root);
    return ${MEASURE}(root);
  })`);
}

function expectRoom({ fault, card, art, texts }: Measured): void {
  expect(fault).toBeNull();
  expect(texts.length).toBeGreaterThan(1);
  texts.forEach((text, at) => {
    // The space that is kept at the edges stays free, but for what a slanted or a marked letter needs.
    expect(text.left).toBeGreaterThanOrEqual(card.left + 7);
    expect(text.right).toBeLessThanOrEqual(card.right - 7);
    expect(text.top).toBeGreaterThanOrEqual(card.top);
    expect(text.bottom).toBeLessThanOrEqual(card.bottom);
    const besideArt = text.left >= art.right || text.right <= art.left || text.top >= art.bottom - 2;
    expect(besideArt).toBe(true);
    const before = texts[at - 1];
    if (before) expect(text.top).toBeGreaterThanOrEqual(before.bottom - 3);
  });
}

describe.each(listSongs())('a card of a song called %s', (song) => {
  it('is a picture on a page in every theme and layout', async () => {
    const queries = [
      ...THEME_NAMES.map((theme) => `theme=${theme}`),
      ...LAYOUTS.map((layout) => `layout=${layout}`),
      ...LOCALES.map((locale) => `locale=${locale}`),
    ];
    const site = await blogWith(queries.map((query) => `${cards.url}?song=${song}&${query}`));
    try {
      const page = await visit(site.url, { viewport: { width: 1400, height: 900 } });
      const widths: unknown = await page.evaluate(
        'Promise.all([...document.images].map((image) => image.decode().then(() => image.naturalWidth)))',
      );
      expect(widths).toEqual(queries.map((query) => parseCardOptions(Object.fromEntries([query.split('=')])).width));
      await picture(page, `card-${song}`);
    } finally {
      await site.close();
    }
  });

  it('has room for its texts in every theme, layout and width', async () => {
    const options = [
      ...THEME_NAMES.map((theme) => ({ theme })),
      ...LAYOUTS.flatMap((layout) => [
        { layout, width: '1' },
        { layout, width: '9999', locale: 'ar' },
      ]),
    ];
    const measured = await measureAll(
      await visit('about:blank'),
      options.map((option) => cardOf(song, option)),
    );
    expect(measured).toHaveLength(options.length);
    measured.forEach(expectRoom);
  });
});

it('is what every XML parser takes, whatever a song is called', async () => {
  const text = fc.array(fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(...Buffer.from('&<>"\']]>-'))), {
    maxLength: 60,
  });
  const svgs = fc
    .sample(fc.tuple(text, text), 300)
    .map(([title, artist]) =>
      renderCard(
        playing({ title: String.fromCharCode(...title), artist: String.fromCharCode(...artist) }),
        null,
        parseCardOptions({}),
      ),
    );
  const page = await visit(cards.url);
  const faults: unknown = await page.evaluate(
    `${JSON.stringify(svgs)}.map((svg) => new DOMParser().parseFromString(svg, 'image/svg+xml').querySelector('parsererror')?.textContent).filter(Boolean)`,
  );
  expect(faults).toEqual([]);
});

/** How the card that is open as a document is painted. */
async function painted(page: Page): Promise<unknown> {
  return page.evaluate(
    `[getComputedStyle(document.querySelector('.ink')).fill, getComputedStyle(document.querySelector('.bar')).animationName]`,
  );
}

/** As a browser writes it. */
function rgb(color: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgb(${String(red)}, ${String(green)}, ${String(blue)})`;
}

it('follows who looks at it: their choice of light or dark, and how much motion they want', async () => {
  const { palette, dark } = themeOn('auto', 'theme');
  const day = await visit(`${cards.url}?song=markup`, { colorScheme: 'light', reducedMotion: 'no-preference' });
  expect(await painted(day)).toEqual([rgb(palette.ink), 'bar']);
  const night = await visit(`${cards.url}?song=markup`, { colorScheme: 'dark', reducedMotion: 'reduce' });
  expect(await painted(night)).toEqual([rgb(dark?.ink ?? ''), 'none']);
});

it('is shown by the service, on a page of another origin and by itself, with its style and without a script', async () => {
  const [title] = SONGS.markup;
  await harness.stage.scenario('playing', { track: { artist: 'Tom & "Jerry"', title, album: 'Harbour' } });
  const address = `${harness.shared.url}/currently-playing/card.svg?theme=midnight`;
  await eventually(async () => {
    expect((await json(harness.shared, '/currently-playing')).body).toMatchObject({ title });
    expect(await (await fetch(address)).text()).toContain('<image');
  });
  const site = await blogWith([address]);
  try {
    const page = await visit(site.url);
    expect(await page.evaluate('document.images[0].decode().then(() => document.images[0].naturalWidth)')).toBe(440);
    const refused: string[] = [];
    page.on('console', (message) => {
      if (message.location().url.startsWith(harness.shared.url)) refused.push(message.text());
    });
    await page.goto(address);
    expectRoom(await measure(page));
    expect(await painted(page)).toEqual([rgb(themeOn('midnight', 'theme').palette.ink), 'none']);
    expect(refused).toEqual([]);
  } finally {
    await site.close();
  }
});
