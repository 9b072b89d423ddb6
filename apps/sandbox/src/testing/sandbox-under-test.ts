import { afterAll } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../sandbox.js';

/** A key that the sandbox takes. */
export const apiKey = '0123456789abcdef0123456789abcdef';

/** A moment at which tests look. */
export const noonMs = Date.UTC(2026, 9, 14, 12, 0, 0);

/** A sandbox whose clock only moves when a test moves it. */
export interface UnderTest extends Sandbox {
  clock: { nowMs: number };
  /** Asks the API in JSON as Ada with a good key; parameters given replace these. */
  ask(parameters: Readonly<Record<string, string>>): Promise<Response>;
  /** The parsed body of `ask`. */
  read(parameters: Readonly<Record<string, string>>): Promise<unknown>;
  /** Sends a control request. */
  control(method: string, path: string, body?: unknown): Promise<Response>;
  /** Sets a scenario; anything but 200 is a failed test. */
  scenario(scenario: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
}

const started: Sandbox[] = [];

afterAll(async () => {
  await Promise.all(started.map((sandbox) => sandbox.close()));
});

/** Starts a sandbox on a free port. It is closed after the tests of the file. */
export async function sandboxUnderTest(options: Partial<SandboxOptions> = {}): Promise<UnderTest> {
  const clock = { nowMs: noonMs };
  const sandbox = await startSandbox({ port: 0, seed: 7, clock: () => clock.nowMs, ...options });
  started.push(sandbox);
  const ask: UnderTest['ask'] = (parameters) => {
    const query = new URLSearchParams({ api_key: apiKey, format: 'json', user: 'Ada', ...parameters });
    return fetch(`${sandbox.url}/2.0/?${query.toString()}`);
  };
  const control: UnderTest['control'] = (method, path, body) =>
    fetch(`${sandbox.url}/control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  return {
    ...sandbox,
    clock,
    ask,
    read: async (parameters) => (await ask(parameters)).json(),
    control,
    scenario: async (scenario, more = {}) => {
      const response = await control('PUT', '/lastfm', { scenario, ...more });
      if (response.status !== 200) throw new Error(`Cannot set ${scenario}: ${await response.text()}`);
    },
  };
}
