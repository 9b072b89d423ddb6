import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type Looks, obstacles, picture, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';

/** A blog that keeps the script itself, and the service behind it, are played by the browser. */
const BLOG = 'http://blog.example';
const SONG = {
  isPlaying: true,
  title: 'Here Comes The Sun',
  artist: 'The Beatles',
  album: 'Abbey Road',
  albumImageUrl: `${BLOG}/abbey-road.svg`,
  songUrl: 'https://music.example/here-comes-the-sun',
  source: 'last.fm',
};
const COVER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="#a63" d="M0 0h1v1H0z"/></svg>';
const { visit } = useBrowser();

/** What the service answers, and how often it has. */
interface Played {
  coverStatus: number;
  covers: number;
  told: number;
}

/** A page with widgets, and what its service says from now on. */
interface Blog {
  page: Page;
  play: (more: object) => Promise<void>;
  service: Played;
}

async function open(body: string, more: object = {}, looks: Looks = {}, attributes = 'lang="en"'): Promise<Blog> {
  let playing: object = { ...SONG, ...more };
  const service: Played = { coverStatus: 200, covers: 0, told: 0 };
  const page = await visit('about:blank', looks);
  await page.route(`${BLOG}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    switch (pathname) {
      case '/':
        return route.fulfill({
          contentType: 'text/html; charset=utf-8',
          body:
            `<!doctype html><html ${attributes}><head><title>A blog</title><style>:root { color-scheme: light dark; ` +
            'background: canvas; font: 16px sans-serif }</style><script type="module" src="/widget.js"></script></head>' +
            `<body><main><h1>A blog</h1>${body}</main></body></html>`,
        });
      case '/widget.js':
        return route.fulfill({ path: 'dist/apps/web/widget.js' });
      case '/currently-playing/stream':
        service.told += 1;
        // Broken off, and opened again by the browser: then it tells what plays by now.
        return route.fulfill({
          contentType: 'text/event-stream',
          body: `retry: 50\ndata: ${JSON.stringify(playing)}\n\n`,
        });
      case '/abbey-road.svg':
        service.covers += 1;
        return service.coverStatus === 200
          ? route.fulfill({ contentType: 'image/svg+xml', body: COVER })
          : route.fulfill({ status: service.coverStatus });
      default:
        return route.fulfill({ status: 404 });
    }
  });
  await page.goto(BLOG);
  const shown = async (): Promise<void> => {
    const { title } = { ...SONG, ...playing };
    await page.waitForFunction(
      `[...document.querySelectorAll('tonearm-now-playing:not([src])')]
        .every(({ shadowRoot }) => shadowRoot?.querySelector('.title').title === ${JSON.stringify(title)})`,
    );
  };
  await shown();
  return {
    page,
    service,
    play: async (now) => {
      playing = { ...SONG, ...now };
      await shown();
    },
  };
}

/** In a column of its own each. */
function columns(widths: readonly number[], layouts: readonly string[]): string {
  return widths
    .flatMap((width) =>
      layouts.map(
        (layout) =>
          `<div style="width: ${width}px"><tonearm-now-playing layout="${layout}"></tonearm-now-playing></div>`,
      ),
    )
    .join('\n');
}

/** The same of each widget of the page, by an expression of its `root`. */
function each<Value>(page: Page, expression: string): Promise<Value[]> {
  return page.evaluate(
    `[...document.querySelectorAll('tonearm-now-playing')].map((widget) => {
      const root = widget.shadowRoot;
      const box = (name) => root.querySelector('.' + name).getBoundingClientRect();
      const ink = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect();
      };
      const texts = (node) => node.nodeType === Node.TEXT_NODE ? [node] : [...node.childNodes].flatMap(texts);
      const letter = (name, letters, index) => {
        const range = document.createRange();
        const text = texts(root.querySelector('.' + name)).find(({ data }) => data.includes(letters));
        const at = text.data.indexOf(letters) + index;
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect();
      };
      return ${expression};
    })`,
  );
}

const LENGTHS = { durationMs: 185_000, startedAt: '2026-11-21T12:00:00.000Z', endsAt: null };
const NARROW = [140, 160, 180, 200, 220];

it('keeps its style in the document of a frame, and when it comes back', async () => {
  const { page } = await open('<tonearm-now-playing></tonearm-now-playing>');
  const displays = await page.evaluate(`(() => {
    const widget = document.querySelector('tonearm-now-playing');
    const frame = document.body.appendChild(document.createElement('iframe'));
    const there = [frame.contentDocument.body, document.body];
    return there.map((body) => {
      body.append(widget);
      return getComputedStyle(widget.shadowRoot.querySelector('.card')).display;
    });
  })()`);
  expect(displays).toEqual(['flex', 'flex']);
});

it.each([
  ['light', 'ltr'],
  ['dark', 'rtl'],
] as const)('leaves most of a narrow column to the title (%s, %s)', async (colorScheme, dir) => {
  const body = columns(NARROW, ['row', 'compact', 'tall']);
  const { page } = await open(body, LENGTHS, { colorScheme }, `lang="en" dir="${dir}"`);
  for (const share of await each<number>(page, 'box("title").width / widget.clientWidth'))
    expect(share).toBeGreaterThan(0.7);
  expect(await each(page, '["title", "detail", "label"].some((name) => box(name).right > box("card").right)')).toEqual(
    NARROW.flatMap(() => [false, false, false]),
  );
  expect(await obstacles(page)).toEqual([]);
  await picture(page, `widget-narrow-${dir}`);
});

it('is as high for every song, and before the first', async () => {
  const widths = [...NARROW, 240, 400];
  const before = widths.map(
    (width) => `<div style="width: ${width}px"><tonearm-now-playing src="/nowhere"></tonearm-now-playing></div>`,
  );
  const { page, play } = await open(columns(widths, ['row', 'compact']) + before.join('\n'), LENGTHS);
  const heights = await each<number>(page, 'widget.offsetHeight');
  expect(heights.slice(2 * widths.length)).toEqual(widths.map((_, index) => heights[2 * index]));
  for (const song of [
    { title: 'Ob-La-Di, Ob-La-Da, and everything else that is on this side', artist: 'The Beatles and their friends' },
    { ...LENGTHS, title: 'I', artist: 'J', durationMs: 5_000_000 },
    { isPlaying: false, title: 'Not Playing', songUrl: '', lastPlayed: null },
    { isPlaying: false, title: 'Not Playing ', songUrl: '', lastPlayed: { ...SONG, artist: 'The Beatles' } },
  ]) {
    await play(song);
    expect(await each(page, 'widget.offsetHeight')).toEqual(heights);
  }
});

it.each([
  ['a float', '<div style="float: left">', 288],
  ['a float in a column', '<div style="width: 160px"><div style="float: left">', 160],
  ['a grid in a column', '<div style="width: 140px; display: grid">', 140],
  ['a flexible column', '<div style="width: 600px; display: grid; grid-template-columns: 2fr 1fr"><i></i><div>', 200],
  ['a row beside a text', `<div style="width: 600px; display: flex"><p>${'Words. '.repeat(200)}</p>`, 128],
])('has a width in %s', async (_, place, width) => {
  const { page } = await open(`${place}<tonearm-now-playing></tonearm-now-playing>`);
  for (const found of await each<number>(page, 'widget.offsetWidth')) expect(Math.abs(found - width)).toBeLessThan(10);
});

it.each([
  ['rtl', 'Something', 'The Beatles', 'right'],
  ['ltr', 'ירושלים של זהב', 'שולי נתן', 'left'],
] as const)('begins at the side where its page begins (%s)', async (dir, title, artist, side) => {
  const { page } = await open(columns([180, 400], ['row', 'tall']), { title, artist }, {}, `lang="en" dir="${dir}"`);
  for (const [text, line] of [
    ['title', 'title'],
    ['detail', 'detail'],
    [dir === 'rtl' ? 'source' : 'state', 'label'],
  ] as const)
    for (const gap of await each<number>(page, `ink(root.querySelector('.${text}')).${side} - box('${line}').${side}`))
      expect(Math.abs(gap), text).toBeLessThan(2);
});

it('cuts its words at their end, whichever way the page runs', async () => {
  const { page } = await open(columns([90], ['row', 'tall']), {}, {}, 'lang="he" dir="rtl"');
  for (const start of await each<number>(page, 'ink(root.querySelector(".state")).left - box("label").left'))
    expect(start).toBeGreaterThanOrEqual(0);
});

it.each([
  ['ירושלים', 'שולי', [6, 0], [3, 0]],
  ['\u202eSomething', 'Beatles', [0, 8], [0, 6]],
] as const)('tells what was played last in order: %j by %j', async (title, artist, titleEnds, artistEnds) => {
  const { page } = await open(columns([400], ['row', 'compact']), {
    isPlaying: false,
    title: 'Not Playing',
    lastPlayed: { title, artist, songUrl: null },
  });
  const word = title.replace('\u202e', '');
  const letters = [
    ...titleEnds.map((index) => `letter("detail", "${word}", ${index}).left`),
    ...artistEnds.map((index) => `letter("detail", "${artist}", ${index}).left`),
  ];
  for (const lefts of await each<number[]>(page, `[${letters.join()}]`))
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
  expect(await each(page, 'root.querySelector(".detail").title')).toEqual(
    Array(2).fill(`Last played: \u2068${word}\u2069 – \u2068${artist}\u2069`),
  );
});

it('calls its own words English, and no name', async () => {
  const { page, play } = await open(columns([400], ['row']), { ...LENGTHS, stale: true }, {}, 'lang="de"');
  const inEnglish = async (isEnglish: boolean): Promise<string[]> => {
    const [found = []] = await each<string[]>(
      page,
      `texts(root).filter((text) => (text.parentElement.closest("[lang]")?.lang === "en") === ${isEnglish})
        .map(({ data }) => data.trim())`,
    );
    return found;
  };
  expect(await inEnglish(true)).toEqual(expect.arrayContaining(['What is playing', 'Last known', 'of']));
  expect(await inEnglish(false)).toEqual([SONG.title, SONG.artist]);
  await play({ title: 'Something' });
  expect(await inEnglish(true)).toEqual(expect.arrayContaining(['Now playing', 'Now playing:']));
  expect(await inEnglish(false)).toEqual(['Something', SONG.artist, 'Something', SONG.artist]);
  await play({ isPlaying: false, title: 'Not Playing', lastPlayed: { ...SONG } });
  expect(await inEnglish(true)).toEqual(expect.arrayContaining(['Not Playing', 'Last played:']));
  expect(await inEnglish(false)).toEqual([SONG.title, SONG.artist]);
});

it('asks again for a cover that has failed, with the next song and not before', async () => {
  const { page, play, service } = await open(columns([400], ['row']), { albumImageUrl: '' });
  const isHidden = async (hidden: boolean): Promise<void> => {
    await eventually(async () => {
      expect(await each(page, 'root.querySelector("img").hidden')).toEqual([hidden]);
    });
  };
  // No picture, and no text in place of one that is not there.
  await isHidden(true);
  service.coverStatus = 503;
  await play({ title: 'Something' });
  await isHidden(true);
  const { told } = service;
  await eventually(() => {
    expect(service.told).toBeGreaterThan(told + 2);
    return Promise.resolve();
  });
  expect(service.covers).toBe(1);
  service.coverStatus = 200;
  await play({ title: 'Because' });
  await eventually(async () => {
    expect(await each(page, 'root.querySelector("img").naturalWidth > 0')).toEqual([true]);
  });
  await isHidden(false);
  expect(service.covers).toBe(2);
});

it('shows nothing of one service as that of another', async () => {
  const { page } = await open('<tonearm-now-playing>Ask me what plays.</tonearm-now-playing>');
  const shown = (): Promise<unknown[]> =>
    each(page, '[root.querySelector(".card").hidden, root.querySelector("slot").hidden, widget.matches("[playing]")]');
  expect(await shown()).toEqual([[false, true, true]]);
  await page.evaluate('document.querySelector("tonearm-now-playing").setAttribute("src", "/nowhere")');
  expect(await shown()).toEqual([[true, false, false]]);
  await page.evaluate('document.querySelector("tonearm-now-playing").removeAttribute("src")');
  expect(await shown()).toEqual([[false, true, true]]);
});

it('tells its page of each change once, says what is old in every layout, and asks nothing once it is gone', async () => {
  const { page, play, service } = await open(columns([400], ['compact']));
  await page.evaluate(
    'heard = []; addEventListener("tonearm-change", ({ detail }) => heard.push(detail.title)); undefined',
  );
  await play({ title: 'Something', stale: true });
  const { told } = service;
  await eventually(() => {
    expect(service.told).toBeGreaterThan(told + 2);
    return Promise.resolve();
  });
  expect(await page.evaluate('heard')).toEqual(['Something']);
  expect(await each(page, 'box("state").width > 0')).toEqual([true]);
  await page.evaluate('document.querySelector("tonearm-now-playing").remove()');
  const before = service.told;
  // Another stream, which is opened again as often, tells how long that is.
  await page.evaluate(
    `new Promise((resolve) => {
      let heard = 0;
      const other = new EventSource('/currently-playing/stream');
      other.addEventListener('message', () => {
        heard += 1;
        if (heard === 6) resolve(other.close());
      });
    })`,
  );
  expect(service.told - before).toBeLessThan(9);
});
