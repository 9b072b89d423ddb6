import type { RequestListener } from 'node:http';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Site, obstacles, openSite, picture, useBrowser } from '../support/browser.js';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type LoneService, removeFolder, startAlone, temporaryFolder } from '../support/service.js';

const ARTIST = 'The Night Ferry';
const THEMES = ['auto', 'light', 'dark', 'paper', 'midnight', 'forest', 'rose', 'contrast', 'inherit'];
const { visit, visitAlone } = useBrowser();
const folder = temporaryFolder();
let stage: Stage;
let settings: Readonly<Record<string, string>>;
let service: LoneService;
let blog: Site;
/** What plays. */
let song = '';

beforeAll(async () => {
  stage = await openStage();
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    ...stage.spotifySettings,
    ...stage.settings,
  };
  service = await startAlone(folder, settings);
  await linkByProgram(service, stage);
  await play('Paper Lanterns');
  await eventually(async () => {
    expect((await json(service, '/currently-playing')).body).toMatchObject({ title: song });
  });
  blog = await openSite(pagesOf(service.url));
});
afterAll(async () => {
  await blog.close();
  await service.stop();
  await stage.close();
  removeFolder(folder);
});

function pagesOf(service: string): Record<string, string | RequestListener> {
  const page = (body: string, head = ''): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A blog</title>${head}` +
    '<style>:root { color-scheme: light dark; font-family: system-ui; background: canvas }</style>' +
    `<script type="module" src="${service}/widget.js"></script></head>` +
    `<body><main><h1>A blog</h1>${body}<p>Below.</p></main></body></html>`;
  const policy = `default-src 'none'; script-src ${service}; connect-src ${service}; img-src http:`;
  const dead = 'http://127.0.0.1:9';
  return {
    '/': page('<tonearm-now-playing></tonearm-now-playing>'),
    '/all': page(
      THEMES.flatMap((theme) =>
        ['row', 'compact', 'tall'].map(
          (layout) => `<tonearm-now-playing theme="${theme}" layout="${layout}"></tonearm-now-playing>`,
        ),
      ).join('\n'),
    ),
    '/strict': page(
      '<tonearm-now-playing theme="dark"></tonearm-now-playing>',
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    ),
    '/dead': page(
      `<tonearm-now-playing src="${dead}">Ask me what plays.</tonearm-now-playing>` +
        `<tonearm-now-playing id="empty" src="${dead}"></tonearm-now-playing>` +
        '<tonearm-now-playing id="alive"></tonearm-now-playing>',
    ),
    '/aside': page('<tonearm-now-playing src="/quiet"></tonearm-now-playing>'),
    // Breaks off once, and has nothing new for who comes back.
    '/quiet/currently-playing/stream': (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (request.headers['last-event-id'] === 'one') response.write(':\n\n');
      else response.end('retry: 50\nid: one\ndata: {"isPlaying":true,"title":"Salt","artist":"Gale"}\n\n');
    },
  };
}

async function play(title: string): Promise<void> {
  const track = { title, artist: ARTIST, album: 'Harbour Lights' };
  await turnTo({ scenario: 'playing', track });
  song = title;
}

async function turnTo(scenario: object): Promise<void> {
  await stage.control('PUT', '/control/spotify', scenario);
  // In the middle of a song the service asks once a minute; who is to answer being settled anew, it asks at once.
  await asOwner(service, 'DELETE', '/admin/provider');
}

const piece = (page: Page, name: string, widget = 'tonearm-now-playing'): Locator =>
  page.locator(`${widget} .${name}`).first();

async function shows(page: Page, name: string, text: string | RegExp): Promise<void> {
  await eventually(async () => {
    expect(await piece(page, name).textContent()).toMatch(text);
  });
}

/** A property of what stands in the first widget. */
function inside(page: Page, selector: string, property: string): Promise<unknown> {
  return page.evaluate(
    `document.querySelector('tonearm-now-playing').shadowRoot.querySelector('${selector}').${property}`,
  );
}

/** What a page asks the service from now on: `poll` or `stream`, in order. */
function asked(page: Page, base = ''): string[] {
  const questions: string[] = [];
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    if (path === `${base}/currently-playing`) questions.push('poll');
    if (path === `${base}/currently-playing/stream`) questions.push('stream');
  });
  return questions;
}

describe('on a page of somebody else', () => {
  it('shows the song, its source, its cover and how far it is', async () => {
    const page = await visit(blog.url);
    await shows(page, 'title', song);
    expect(await piece(page, 'detail').textContent()).toBe(ARTIST);
    expect(await piece(page, 'label').textContent()).toBe('Now playingSpotify');
    expect(await piece(page, 'title').getAttribute('href')).toMatch(/^https:\/\/open\.spotify\.com\/track\//);
    expect(await piece(page, 'duration').textContent()).toBe('4:00');
    expect(await page.locator('tonearm-now-playing img').getAttribute('alt')).toBe('Cover of Harbour Lights');
    await eventually(async () => {
      expect(await inside(page, 'img', 'naturalWidth')).toBe(300);
    });
    await picture(page, 'widget');
  });

  it('changes the song by an event, says so once, and takes no text for HTML', async () => {
    const page = await visit(blog.url);
    await shows(page, 'title', song);
    await page.evaluate(
      'heard = []; addEventListener("tonearm-change", ({ detail }) => heard.push(detail.title)); undefined',
    );
    const status = page.locator('tonearm-now-playing [role=status]');
    expect(await status.textContent()).toBe('');
    const questions = asked(page);
    await play('<b>Salt</b> & Vinegar');
    await shows(page, 'title', '<b>Salt</b> & Vinegar');
    expect(questions).toEqual([]);
    // On a slow machine the song may turn out to have begun at another moment, which is a change too.
    expect(new Set(await page.evaluate<string[]>('heard'))).toEqual(new Set(['<b>Salt</b> & Vinegar']));
    expect(await status.textContent()).toBe(`Now playing: <b>Salt</b> & Vinegar, ${ARTIST}`);
  });

  it('keeps its face while the service is killed and starts again, and lives on', async () => {
    const page = await visit(blog.url);
    const status = page.locator('tonearm-now-playing [role=status]');
    await shows(page, 'title', song);
    await play('Before the Storm');
    await shows(page, 'title', 'Before the Storm');
    expect(await status.textContent()).toContain('Before the Storm');
    const before = song;
    await service.kill();
    try {
      await shows(page, 'state', 'Last known');
      expect(await piece(page, 'title').textContent()).toBe(before);
      // Whoever hears the page and comes to it now is told no song as one that plays.
      expect(await status.textContent()).toBe('');
      expect(await inside(page, 'img', 'naturalWidth')).toBe(300);
      await picture(page, 'widget-away');
    } finally {
      service = await startAlone(folder, { ...settings, PORT: new URL(service.url).port });
    }
    await page.waitForResponse((response) => response.url().endsWith('/stream') && response.ok());
    await shows(page, 'state', 'Now playing');
    const questions = asked(page);
    await play('The Lighthouse Keeper');
    await shows(page, 'title', 'The Lighthouse Keeper');
    expect(questions).toEqual([]);
  });

  it('works under a policy that allows the service alone', async () => {
    const page = await visit(`${blog.url}/strict`);
    await shows(page, 'title', song);
    expect(await inside(page, '.card', 'computedStyleMap().get("background-color").toString()')).toBe(
      'rgb(23, 25, 30)',
    );
  });
});

describe('progress', () => {
  /** Seconds of the position that is shown, at a clock that the test holds. */
  async function secondsAfter(
    milliseconds: readonly number[],
    reducedMotion: 'reduce' | 'no-preference',
  ): Promise<number[]> {
    const page = await visitAlone({ reducedMotion });
    await page.clock.install();
    await page.goto(blog.url);
    await shows(page, 'title', song);
    await page.clock.pauseAt(new Date(Date.now() + 1_000));
    const seconds: number[] = [];
    for (const step of milliseconds) {
      await page.clock.runFor(step);
      const [minutes = 0, rest = 0] = ((await piece(page, 'position').textContent()) ?? '').split(':').map(Number);
      seconds.push(minutes * 60 + rest);
    }
    return seconds;
  }

  it('moves by itself', async () => {
    const [first = 0, ...then] = await secondsAfter([1, 3_000, 2_000], 'no-preference');
    expect(then).toEqual([first + 3, first + 5]);
  });

  it('hardly moves for visitors who want nothing to', async () => {
    const [first = 0, second = 0, third = 0] = await secondsAfter([1, 8_000, 15_000], 'reduce');
    expect(second).toBe(first);
    expect(third - second).toBeGreaterThanOrEqual(14);
  });
});

describe('a visitor whose clock is an hour fast', () => {
  it('sees how far the song really is', async () => {
    const page = await visitAlone();
    await page.clock.install({ time: Date.now() + 3_600_000 });
    await page.goto(service.url);
    await shows(page, 'title', song);
    await eventually(async () => {
      expect(await piece(page, 'position').textContent()).not.toBe('4:00');
    });
  });
});

describe('where the stream does not get through', () => {
  it('asks instead when the service has no room for one more', async () => {
    const page = await visit('about:blank');
    const questions = asked(page);
    await page.route('**/stream', (route) => route.fulfill({ status: 503 }));
    await page.goto(blog.url);
    await shows(page, 'title', song);
    await eventually(() => {
      expect(questions.filter((question) => question === 'poll').length).toBeGreaterThan(1);
      return Promise.resolve();
    });
    expect(questions.filter((question) => question === 'stream')).toHaveLength(1);
  });

  it('asks instead when it is open and silent', async () => {
    const page = await visit('about:blank');
    await page.route('**/stream', () => undefined);
    await page.goto(blog.url);
    await shows(page, 'title', song);
  });
});

describe('as a guest', () => {
  it('opens one stream for all widgets of a page', async () => {
    const page = await visit('about:blank');
    const questions = asked(page);
    await page.goto(`${blog.url}/all`);
    await shows(page, 'title', song);
    await eventually(async () => {
      expect(await page.locator('tonearm-now-playing[playing]').count()).toBe(3 * THEMES.length);
    });
    expect(questions).toEqual(['stream']);
  });

  it('takes a stream that comes back with nothing new for one that lives', async () => {
    const page = await visitAlone();
    await page.clock.install();
    await page.clock.pauseAt(new Date(Date.now() + 1_000));
    const questions = asked(page, '/quiet');
    await page.addInitScript('opened = 0; EventSource = class extends EventSource { _ = (opened += 1); }');
    const isBack = page.waitForResponse(async (answer) => 'last-event-id' in (await answer.request().allHeaders()));
    await page.goto(`${blog.url}/aside`);
    await isBack;
    await page.clock.runFor(30_000);
    // Once by the page, once by the browser.
    expect(questions).toEqual(['stream', 'stream']);
    expect(await page.evaluate('opened')).toBe(1);
    expect(await piece(page, 'state').textContent()).toBe('Now playing');
  });

  it('asks nothing while nobody looks, and at once when somebody does', async () => {
    const page = await visitAlone();
    await page.clock.install();
    await page.addInitScript(
      'streams = []; EventSource = class extends EventSource {' +
        '_ = streams.push(this); closed = 0; close() { this.closed += 1; super.close(); } }',
    );
    await page.goto(blog.url);
    await shows(page, 'title', song);
    const before = song;
    const closed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/stream'));
    const look = (hidden: boolean): Promise<unknown> =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });` +
          'document.dispatchEvent(new Event("visibilitychange"))',
      );
    const questions = asked(page);
    await look(true);
    await closed;
    await play('Two Tides');
    await page.clock.runFor(120_000);
    expect(questions).toEqual([]);
    expect(await piece(page, 'title').textContent()).toBe(before);
    await look(false);
    await shows(page, 'title', 'Two Tides');
    expect(questions.splice(0)[0]).toBe('stream');
    // WebKit opens a stream that was closed again, when the page was away and comes back.
    const closings = (): Promise<number> => page.evaluate('streams[0].closed');
    const times = await closings();
    await page.evaluate('for (const name of ["open", "error"]) streams[0].dispatchEvent(new Event(name))');
    expect(await closings()).toBeGreaterThan(times);
    await page.clock.runFor(5_000);
    expect(questions).toEqual([]);
  });

  it('leaves what stands between the tags until it knows more, and takes the same room', async () => {
    const page = await visit(`${blog.url}/dead`);
    await eventually(async () => {
      expect(await piece(page, 'title', '#alive').textContent()).toBe(song);
    });
    expect(await page.getByText('Ask me what plays.').isVisible()).toBe(true);
    const heights = await page.evaluate('["empty", "alive"].map((id) => document.getElementById(id).offsetHeight)');
    expect(heights).toEqual([expect.any(Number), expect.any(Number)]);
    expect(new Set(heights as number[]).size).toBe(1);
  });
});

describe('for everybody', () => {
  it.each(['light', 'dark'] as const)(
    'puts nothing into the way, in all themes and layouts, when it is %s',
    async (colorScheme) => {
      const page = await visit(`${blog.url}/all`, { colorScheme, viewport: { width: 320, height: 800 } });
      await shows(page, 'title', song);
      expect(await obstacles(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    },
  );

  it('is one stop on the way of the keyboard, and that is the song', async () => {
    const page = await visit(blog.url);
    await shows(page, 'title', song);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.shadowRoot.activeElement.textContent')).toBe(song);
    await picture(page, 'widget-focus');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.localName')).toBe('body');
  });
});

describe('the first page', () => {
  it('shows the card where no script runs', async () => {
    const page = await visitAlone();
    const browser = await page.context().newCDPSession(page);
    await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
    await page.goto(service.url);
    const card = page.locator('noscript img');
    await card.scrollIntoViewIfNeeded();
    expect((await card.boundingBox())?.width).toBeGreaterThan(300);
    // What would stay empty is not there.
    expect(await page.locator('button').first().isVisible()).toBe(false);
    await picture(page, 'first-page-without-scripts');
  });

  it.each([
    ['light', 320],
    ['dark', 1024],
  ] as const)('puts nothing into the way when it is %s and %d wide', async (colorScheme, width) => {
    const page = await visit(service.url, { colorScheme, viewport: { width, height: 900 } });
    await shows(page, 'title', song);
    expect(await obstacles(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await picture(page, `first-page-${colorScheme}`);
  });

  it('breaks the long addresses of what is missing where it is narrow', async () => {
    const page = await visitAlone({ viewport: { width: 320, height: 900 } });
    const remedy = 'Set it (https://www.example.org/settings/where-keys-are-made-and-shown/create; then restart).';
    const providers = [{ id: 'lastfm', state: 'not_configured', remedy }];
    const health = { ok: false, source: null, database: 'ok', providers };
    await page.route('**/health', (route) => route.fulfill({ json: health }));
    await page.goto(service.url);
    await page.getByRole('link', { name: 'where-keys-are-made' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it('shows the theme that is chosen, and the lines for it', async () => {
    const page = await visit(service.url);
    await page.getByLabel('Theme').selectOption('midnight');
    expect(await page.locator('#preview').getAttribute('theme')).toBe('midnight');
    const lines = await page.locator('#widget-snippet').textContent();
    expect(lines).toContain(`src="${service.url}/widget.js"`);
    expect(lines).toContain('<tonearm-now-playing theme="midnight">');
    expect(await page.locator('#card-markdown').textContent()).toContain('card.svg?theme=midnight');
  });

  it('draws the card anew when the song changes', async () => {
    const page = await visit(service.url);
    await shows(page, 'title', song);
    await play('Ebb and Flow');
    await eventually(async () => {
      const drawn = await page.evaluate('fetch(document.getElementById("card").src).then((card) => card.text())');
      expect(drawn).toContain(song);
    });
  });

  it('copies the lines, and says so when the browser does not let it', async () => {
    const page = await visit(service.url);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.url });
    const button = page.getByRole('button', { name: 'Copy the HTML' });
    const told = button.locator('+ [role=status]');
    await button.click();
    await eventually(async () => {
      expect(await told.textContent()).toBe('Copied.');
    });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await page.locator('#card-html').textContent());
    // As over http from another machine.
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await button.click();
    await eventually(async () => {
      expect(await told.textContent()).toContain('select the text instead');
    });
  });

  it('says that a service which hangs does not answer, asks it once at a time, and goes on', async () => {
    const page = await visitAlone();
    // Held from the beginning: a slow machine takes seconds until here.
    await page.clock.install();
    await page.clock.pauseAt(new Date(Date.now() + 1_000));
    let isHanging = true;
    let questions = 0;
    await page.route('**/health', (route) => {
      questions += 1;
      return isHanging ? undefined : route.continue();
    });
    await page.goto(service.url);
    await page.clock.runFor(7_000);
    expect([questions, await page.locator('#state').textContent()]).toEqual([1, 'Asking …']);
    await page.clock.runFor(2_000);
    await eventually(async () => {
      expect(await page.locator('#state').textContent()).toMatch(/^The service does not answer right now/);
    });
    isHanging = false;
    await page.clock.runFor(5_000);
    await eventually(async () => {
      expect(await page.locator('#state').textContent()).toMatch(/^Showing \u2068Ada\u2069 on Spotify\.$/);
    });
  });

  it('writes lines for BASE_URL, wherever its owner looks at it', async () => {
    const origin = 'https://music.example.org:9443';
    const other = temporaryFolder();
    const behind = await startAlone(other, { DATABASE_URL: await migratedDatabase(), BASE_URL: `${origin}/` });
    try {
      const page = await visit(behind.url);
      for (const [id, address] of [
        ['widget-snippet', `src="${origin}/widget.js"`],
        ['card-html', `<a href="${origin}"><img src="${origin}/currently-playing/card.svg"`],
        ['card-markdown', `(${origin}/currently-playing/card.svg)](${origin})`],
      ] as const)
        await eventually(async () => {
          expect(await page.locator(`#${id}`).textContent()).toContain(address);
        });
      expect(await page.locator('#card').getAttribute('src')).toBe(`${behind.url}/currently-playing/card.svg`);
    } finally {
      await behind.stop();
      removeFolder(other);
    }
  });
});

describe('silence', () => {
  it('is told with what was played last, and puts nothing into the way either', async () => {
    await turnTo({ scenario: 'idle' });
    try {
      const page = await visit(`${blog.url}/all`);
      await shows(page, 'title', 'Not Playing');
      await shows(page, 'detail', /^Last played: .+ – .+/);
      expect(await piece(page, 'detail').getAttribute('href')).toMatch(/^https:/);
      expect(await piece(page, 'time').isVisible()).toBe(false);
      expect(await obstacles(page)).toEqual([]);
      await picture(page, 'widget-idle');
    } finally {
      await play(song);
    }
  });
});

describe('the pages of the owner', () => {
  it('log in, link by an address that is pasted, and let the linked provider answer', async () => {
    await asOwner(service, 'PUT', '/admin/provider', { active: 'lastfm' });
    const page = await visit(`${service.url.replace('127.0.0.1', 'localhost')}/auth?force=1`);
    const says = (id: string, words: RegExp): Promise<void> =>
      eventually(async () => {
        expect(await page.locator(`#${id}`).textContent()).toMatch(words);
      });
    await page.getByLabel("The owner's token").fill('another-token-that-nobody-knows-01');
    await page.getByRole('button').press('Enter');
    await says('login-state', /^(?!.*ADMIN_TOKEN).*token.*\.$/);
    expect(await page.evaluate('document.activeElement.localName')).toBe('button');
    await page.getByLabel("The owner's token").fill(` ${OWNER} `);
    await page.getByRole('button').click();

    const address = page.getByLabel('The address');
    await address.fill('http://127.0.0.1/callback?code=a&state=b');
    await page.getByRole('button').click();
    await says('paste-state', /\. .+\.$/);
    const agree = await page.getByText("Agree on Spotify's page").getAttribute('href');
    const consent = await fetch(agree ?? '', { redirect: 'manual' });
    await address.fill(` ${consent.headers.get('location') ?? ''} `);
    await page.getByRole('button').click();

    await says('choose-now', /^Last\.fm answers now, and would answer instead whenever Spotify cannot\.$/);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/auth');
    expect(await obstacles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Let Spotify answer from now on' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    expect((await asOwner(service, 'GET', '/admin/providers')).body).toMatchObject({
      active: 'spotify',
      fallback: 'lastfm',
    });
  });
});
