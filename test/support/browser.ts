import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
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
  // Nothing leaves the machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
const PATIENCE_MS = 10_000;

/** One browser for one file of tests. */
export interface Browsing {
  /** Opens an address as a visitor who has never been there; the page is closed after the test. */
  visit: (url: string, options?: BrowserContextOptions) => Promise<Page>;
}

/** Registers the hooks of the file it is called in. A page that threw an error fails its test. */
export function useBrowser(): Browsing {
  let browser: Browser | undefined;
  const visits: Page[] = [];
  const thrown: string[] = [];
  beforeAll(async () => {
    const executablePath = find(CHROMIUM);
    if (executablePath === undefined) throw new Error('There is no Chromium here; name one in CHROMIUM.');
    browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
  });
  afterEach(async () => {
    await Promise.all(visits.splice(0).map((page) => page.context().close()));
    expect(thrown.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    visit: async (url, options = {}) => {
      if (!browser) throw new Error('The browser is not open yet.');
      const page = await (await browser.newContext(options)).newPage();
      visits.push(page);
      page.setDefaultTimeout(PATIENCE_MS);
      page.on('pageerror', (error) => thrown.push(error.message));
      await page.goto(url);
      return page;
    },
  };
}

/** Somebody else's site: an origin of its own, with a page per path. */
export interface Site {
  url: string;
  close: () => Promise<void>;
}

/** @param pages HTML by path, such as `/` */
export async function openSite(pages: Readonly<Record<string, string>>): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
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

/** A picture of what a visitor sees, as PNG; kept as `<name>.png` in the folder that PICTURES names, if it does. */
export async function picture(page: Page, name: string): Promise<Buffer> {
  if (PICTURES === undefined) return page.screenshot();
  mkdirSync(PICTURES, { recursive: true });
  return page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What keeps people with screen readers or without a mouse from using the page, in words; empty when nothing does. */
export async function obstacles(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations }: axe.AxeResults = await page.evaluate('axe.run()');
  return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => html).join('\n')}`);
}
