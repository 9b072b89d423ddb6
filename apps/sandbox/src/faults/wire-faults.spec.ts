import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { apiKey, sandboxUnderTest, type UnderTest } from '../testing/sandbox-under-test.js';
import { pick, pickKeys, pickList } from '../testing/pick.js';

const sandbox = await sandboxUnderTest();
const call = { method: 'user.getInfo' };

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

/** Opens a call and hands out its answer as soon as the head is there. */
function open(of: UnderTest): Promise<IncomingMessage> {
  const query = new URLSearchParams({ ...call, user: 'Ada', api_key: apiKey, format: 'json' });
  return new Promise((resolve, reject) => {
    get(`${of.url}/2.0/?${query.toString()}`, { agent: false }, resolve).on('error', reject);
  });
}

describe('faults of the wire', () => {
  it.each([
    ['html', 502],
    ['html-200', 200],
  ])('%s: a page with status %i', async (scenario, status) => {
    await sandbox.scenario(scenario);
    const response = await sandbox.ask(call);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<html>');
  });

  it('truncated: half of the body, and a Content-Length that hides it', async () => {
    const whole = await (await sandbox.ask(call)).text();
    await sandbox.scenario('truncated');
    const response = await sandbox.ask(call);
    const text = await response.text();
    expect(Number(response.headers.get('content-length'))).toBe(Buffer.byteLength(text));
    expect(whole.startsWith(text)).toBe(true);
    expect(text.length).toBe(Math.floor(whole.length / 2));
    expect(() => void JSON.parse(text)).toThrow(SyntaxError);
  });

  it('cut-connection: a body that ends before its Content-Length', async () => {
    await sandbox.scenario('cut-connection');
    const answer = await open(sandbox);
    let received = 0;
    answer.on('data', (chunk: Buffer) => (received += chunk.length));
    const [error]: unknown[] = await once(answer, 'error').catch((thrown: unknown) => [thrown]);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(Number(answer.headers['content-length']));
  });

  it('slow: the right answer, not before its time', async () => {
    const whole = await (await sandbox.ask(call)).text();
    await sandbox.scenario('slow', { ms: 120 });
    const before = performance.now();
    const response = await sandbox.ask(call);
    expect(performance.now() - before).toBeGreaterThanOrEqual(115);
    expect(await response.text()).toBe(whole);
  });

  it('drip: bytes keep coming', async () => {
    await sandbox.scenario('drip', { ms: 1 });
    const answer = await open(sandbox);
    let received = '';
    for await (const chunk of answer) {
      received += String(chunk);
      if (received.length > 20) break;
    }
    expect(received).toMatch(/^\{ +$/);
  });

  it('reset: no answer at all', async () => {
    await sandbox.scenario('reset');
    await expect(open(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('huge: a valid body of exactly that size', async () => {
    await sandbox.scenario('huge', { mb: 2 });
    const text = await (await sandbox.ask(call)).text();
    expect(text).toHaveLength(2 * 1024 * 1024);
    expect(pickKeys(JSON.parse(text))).toEqual(['padding']);
  });

  it.each([
    ['array', '[]'],
    ['null', 'null'],
    ['string', '"x"'],
    ['number', '7'],
  ])('not-an-object: %s', async (body, text) => {
    await sandbox.scenario('not-an-object', { body });
    const response = await sandbox.ask(call);
    expect([response.status, await response.text()]).toEqual([200, text]);
  });
});

describe('closing', () => {
  it.each(['hang', 'slow', 'drip', 'huge'])('does not wait for a call under %s', async (scenario) => {
    const other = await sandboxUnderTest();
    const parameters = { hang: {}, slow: { ms: 60_000 }, drip: { ms: 60_000 }, huge: { mb: 4000 } }[scenario] ?? {};
    await other.scenario(scenario, parameters);
    const ends = other.ask(call).then((response) => response.text());
    const outcome = ends.then(
      () => 'answered',
      () => 'cut',
    );
    await arrival(other);
    const before = performance.now();
    await other.close();
    expect(await outcome).toBe('cut');
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

/** Waits until the sandbox has taken a call. */
async function arrival(of: UnderTest): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const ledger: unknown = await (await of.control('GET', '/ledger')).json();
    if (pickList(ledger, 'calls').length > 0 && pick(ledger, 'calls', 0, 'operation') === 'user.getinfo') return;
  }
  throw new Error('The call did not arrive.');
}
