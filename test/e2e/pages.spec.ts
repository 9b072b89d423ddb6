import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useHarness } from '../support/harness.js';

const harness = useHarness();
/** A blog gives this away with every page. */
const WIDGET_MOST_BYTES = 10_000;

async function get(path: string): Promise<{ answer: Response; text: string }> {
  const answer = await fetch(new URL(path, harness.shared.url));
  return { answer, text: await answer.text() };
}

/** Addresses of what a page loads. */
function assets(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg|png)[^"]*)"/g)].map(([, address]) => address ?? '');
}

describe.each(['/', '/docs'])('%s', (path) => {
  it('is a page whose scripts and styles are all served from here', async () => {
    const { answer, text } = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const loaded = assets(text);
    expect(loaded.length).toBeGreaterThan(1);
    const base = new URL(path === '/docs' ? '/docs' : '/', harness.shared.url);
    for (const address of loaded) {
      const url = new URL(address, base);
      expect(url.origin).toBe(base.origin);
      expect((await get(url.href)).answer.status, address).toBe(200);
    }
  });

  it('runs under a policy that lets no foreign script in', async () => {
    const policy = (await get(path)).answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });
});

it.each(['GET', 'HEAD'])('/docs is sent once to who keeps it and asks by %s', async (method) => {
  const url = new URL('/docs', harness.shared.url);
  const first = await fetch(url, { method });
  expect(first.status).toBe(200);
  for (const known of [first.headers.get('etag') ?? '', '*']) {
    const again = await fetch(url, { method, headers: { 'if-none-match': known } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    // Whoever keeps the page takes a length for that of the page.
    expect([null, first.headers.get('content-length')]).toContain(again.headers.get('content-length'));
  }
});

it.each(['bytes=0-9', 'bytes=99999999-', 'nonsense'])('sends a page whole to who asks for %s of it', async (range) => {
  const whole = await get('/widget.js');
  const answer = await fetch(new URL('/widget.js', harness.shared.url), { headers: { range } });
  expect([answer.status, await answer.text()]).toEqual([200, whole.text]);
});

it('has an icon for documents that name none', async () => {
  const { answer } = await get('/favicon.ico');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('image/svg+xml');
});

describe('a page of the owner', () => {
  it('asks a visitor for the token, with scripts and styles from here', async () => {
    const answer = await fetch(new URL('/auth', harness.shared.url), { headers: { accept: 'text/html' } });
    const text = await answer.text();
    expect(answer.status).toBe(401);
    for (const address of assets(text)) expect((await get(address)).answer.status, address).toBe(200);
    const [, form = 'none'] = /<form id="(\w+)"/.exec(text) ?? [];
    expect((await get('/owner.js')).text).toMatch(new RegExp(`["'\`]${form}["'\`]`));
  });
});

describe('the tables of routes in the README', () => {
  it('have every route that the API description has, and no other', async () => {
    const { paths } = JSON.parse((await get('/openapi.json')).text) as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const readme = readFileSync('README.md', 'utf8');
    const tables = readme.slice(readme.indexOf('## Routes'), readme.indexOf('### Errors'));
    const named = [...tables.matchAll(/^\| ([^|]+)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(?:([A-Z]+) )?(\/[^`?]*)/g)].map(([, method = 'GET', path = '']) => `${method} ${path}`),
    );
    const pages = ['/', '/docs', '/openapi.json', '/widget.js', '/not-playing.svg'].map((path) => `GET ${path}`);
    expect(new Set(named)).toEqual(new Set([...described, ...pages]));
  });
});

describe('the first page', () => {
  it('shows what plays, and links to what the service has', async () => {
    const { text } = await get('/');
    expect(text).toContain('<tonearm-now-playing>');
    for (const link of ['/docs', '/endpoints', '/openapi.json', '/health']) expect(text).toContain(`href="${link}"`);
  });

  it('has a widget that other pages may load', async () => {
    const { answer, text } = await get('/widget.js');
    expect(answer.headers.get('content-type')).toContain('javascript');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(text).toContain('tonearm-now-playing');
    // On its own in a foreign page it can load nothing beside it.
    expect(text).not.toMatch(/\bimport\s*["'{(]|\bfrom\s*["']/);
    expect(gzipSync(text).length).toBeLessThanOrEqual(WIDGET_MOST_BYTES);
  });
});
