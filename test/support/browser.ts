import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { type RequestListener, createServer } from 'node:http';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { CHROMIUM, find } from './programs.js';

/** What is there to see, for people who look at it: pictures are kept in this folder when it is named. */
const PICTURES = process.env['PICTURES'];
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Each process that it starts costs more than all that a test does with it.
  '--in-process-gpu',
  // Nothing leaves the machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
const PATIENCE_MS = 10_000;

/** Who looks: how large, and what they prefer. */
export interface Looks {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
}

/** One browser for one file of tests. */
export interface Browsing {
  /** Opens an address in a page that all tests of the file share, one after the other. */
  visit: (url: string, looks?: Looks) => Promise<Page>;
  /** A page of its own, for tests that want two, or hold the clock: that is one for all pages of a context. */
  visitAlone: (looks?: Looks) => Promise<Page>;
}

/** Registers the hooks of the file it is called in. A page that threw an error fails its test. */
export function useBrowser(): Browsing {
  let browser: Browser | undefined;
  let shared: Page | undefined;
  const alone: BrowserContext[] = [];
  const thrown: string[] = [];
  const open = async (): Promise<Page> => {
    if (!browser) throw new Error('The browser is not open yet.');
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => thrown.push(error.message));
    return page;
  };
  beforeAll(async () => {
    const executablePath = find(CHROMIUM);
    if (executablePath === undefined) throw new Error('There is no Chromium here; name one in CHROMIUM.');
    browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
    shared = await open();
  });
  afterEach(async () => {
    await Promise.all(alone.splice(0).map((context) => context.close()));
    await shared?.unrouteAll();
    for (const event of ['request', 'console']) shared?.removeAllListeners(event);
    await shared?.goto('about:blank');
    await shared?.context().clearCookies();
    expect(thrown.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    visit: async (url, looks = {}) => {
      if (!shared) throw new Error('The browser is not open yet.');
      await look(shared, looks);
      await shared.goto(url);
      return shared;
    },
    visitAlone: async (looks = {}) => {
      const page = await open();
      alone.push(page.context());
      await look(page, looks);
      return page;
    },
  };
}

async function look(
  page: Page,
  { viewport = { width: 1280, height: 720 }, colorScheme = 'light', reducedMotion = 'reduce' }: Looks,
): Promise<void> {
  // Painting what moves takes a processor of its own.
  await page.emulateMedia({ colorScheme, reducedMotion });
  await page.setViewportSize(viewport);
}

/** Somebody else's site: an origin of its own, with a page per path. */
export interface Site {
  url: string;
  close: () => Promise<void>;
}

/** @param pages by path, such as `/`: HTML, or what answers there */
export async function openSite(pages: Readonly<Record<string, string | RequestListener>>): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (typeof page === 'function') page(request, response);
    else response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The site has no address.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Keeps a picture of what a visitor sees as `<name>.png` in the folder that PICTURES names, if it does. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What keeps people with screen readers or without a mouse from using the page, in words; empty when nothing does. */
export async function obstacles(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations }: axe.AxeResults = await page.evaluate('axe.run()');
  return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => html).join('\n')}`);
}
