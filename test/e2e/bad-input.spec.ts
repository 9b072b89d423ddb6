import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useHarness } from '../support/harness.js';

const harness = useHarness();

interface Problem {
  status: number;
  code: string;
  detail: string;
  remedy: string;
  instance: string;
}

async function problem(path: string, init?: RequestInit): Promise<{ answer: Response; document: Problem }> {
  const answer = await fetch(harness.shared.url + path, init);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const document = (await answer.json()) as Problem;
  expect(document.status).toBe(answer.status);
  expect(document.remedy).not.toBe('');
  return { answer, document };
}

const LISTS = ['/recent-tracks', '/top/tracks', '/top/artists', '/top/albums', '/loved-tracks', '/summary'];
const LIMITS = [
  '0',
  '51',
  'abc',
  '1e9',
  '1e1',
  '-1',
  '',
  '10.0',
  '0x5',
  '%2010',
  '10%20',
  '١٠',
  'NaN',
  '9'.repeat(400),
  'null',
];

describe.each(LISTS)('%s', (path) => {
  it.each(LIMITS)('limit=%s is refused by name', async (limit) => {
    const { document } = await problem(`${path}?limit=${limit}`);
    expect(document).toMatchObject({ status: 400, code: 'invalid_request', instance: path });
    expect(document.detail).toContain('limit must be a whole number from 1 to 50');
  });

  it.each(['limit=1&limit=2', 'limit[]=1', 'limit[a]=1'])('%s is refused or ignored, never a fault', async (query) => {
    const answer = await fetch(`${harness.shared.url}${path}?${query}`);
    await answer.text();
    expect(answer.status).toBe(query.startsWith('limit=') ? 400 : 200);
  });
});

describe.each(['/top/tracks', '/top/artists', '/top/albums', '/summary'])('%s', (path) => {
  it.each(['day', '7DAY', '', '7day,overall', '__proto__'])('period=%s is refused by name', async (period) => {
    const { document } = await problem(`${path}?period=${period}`);
    expect(document).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(document.detail).toContain('period must be one of overall, 7day, 1month, 3month, 6month, 12month');
  });

  it('names every parameter that is wrong at once', async () => {
    const { document } = await problem(`${path}?period=x&limit=y`);
    expect(document.detail).toMatch(/limit must .*period must|period must .*limit must/);
  });
});

describe('requests that nobody should send', () => {
  it('does not repeat what was sent', async () => {
    const { document } = await problem('/recent-tracks?limit=<script>alert(1)</script>');
    expect(JSON.stringify(document)).not.toContain('script');
  });

  it.each([
    '/nothing',
    '/admin',
    '/top',
    '/top/genres',
    '/currently-playing/',
    '/%00',
    '/..%2f..%2fetc/passwd',
    '/.env',
    '/package.json',
    '/admin/backups//verify',
  ])('%s is not found', async (path) => {
    const { document } = await problem(path);
    expect(document).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s on a read says which methods it takes', async (method) => {
    const { answer, document } = await problem('/recent-tracks', { method });
    expect(document).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each([
    ['GET', '/admin/backups/0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f/verify', 'POST'],
    ['GET', '/admin/backups/0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f/restore', 'POST'],
    ['PUT', '/admin/backups/0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f', 'GET, HEAD, DELETE'],
    ['PUT', '/admin/backups', 'GET, HEAD, POST'],
    ['GET', '/admin/providers/spotify/probe', 'POST'],
  ])('%s %s says which methods it takes', async (method, path, methods) => {
    const { answer, document } = await problem(path, { method });
    expect(document).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers.get('allow')).toBe(methods);
  });

  it('malformed JSON, a body of a strange kind and a body that is too long', async () => {
    const post = (body: string, type: string) =>
      problem('/recent-tracks', { method: 'POST', body, headers: { 'content-type': type } });
    for (const { document } of [
      await post('{"a":', 'application/json'),
      await post('<a/>', 'text/xml'),
      await post('x'.repeat(200_000), 'application/json'),
    ]) {
      expect(document.status).toBeGreaterThanOrEqual(400);
      expect(document.status).toBeLessThan(500);
    }
  });

  it.each(['text/plain', 'text/xml'])('a body of %s is not taken for JSON', async (type) => {
    const { document } = await problem('/admin/session', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': type },
    });
    expect(document).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each([100_000, 20_000])('a query of %i characters', async (length) => {
    const { document } = await problem(`/recent-tracks?limit=5&x=${'a'.repeat(length)}`);
    expect(document).toMatchObject({ status: 431, code: 'headers_too_large' });
    expect(document.remedy).toContain('fewer headers');
    expect(document.remedy).toContain('limit takes a number from 1 to 50');
  });

  it('a query of 10,000 characters that says nothing is read as nothing', async () => {
    const answer = await fetch(`${harness.shared.url}/recent-tracks?limit=5&x=${'a'.repeat(10_000)}`);
    expect(answer.status).toBe(200);
  });

  it('bad percent signs are a bad request', async () => {
    const { document } = await problem('/recent-tracks%E0%A4%A');
    expect(document.status).toBeGreaterThanOrEqual(400);
    expect(document.status).toBeLessThan(500);
  });

  it('what is not HTTP gets a 400 and the connection is closed', async () => {
    const { port } = new URL(harness.shared.url);
    const text = await new Promise<string>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('hello\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(Buffer.concat(chunks).toString());
      });
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  });

  it('was nothing to write into the log about, and no key is in it', () => {
    expect(harness.shared.output()).not.toMatch(/error/i);
    expect(harness.shared.output()).not.toContain(harness.stage.settings['LASTFM_API_KEY']);
  });
});
