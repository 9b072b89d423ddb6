import { afterEach, vi } from 'vitest';
import { type UpstreamAnswer, type Verdict, judgeByStatus } from '../upstream-answer.js';
import { UpstreamBlocksInMemory } from '../upstream-blocks.js';
import { UpstreamClient, type UpstreamClientOptions } from '../upstream-client.js';
import { UpstreamError } from '../upstream-error.js';
import { type ScriptedServer, startScriptedServer } from './scripted-server.js';

/** A moment at which tests look: milliseconds since 1970. */
export const START = Date.UTC(2026, 9, 21, 7, 28, 0);

const opened: { close(): Promise<void> | void }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A server that is closed after the test. */
export async function server(): Promise<ScriptedServer> {
  const started = await startScriptedServer();
  opened.push(started);
  return started;
}

/** Roomy enough for a busy machine where nothing is meant to be late, and without waits between attempts. */
const LIMITS = { attemptMs: 5_000, readMs: 10_000, retryDelayMs: 1, failuresToOpen: 1_000, openMs: 60_000 };

/** Limits for an upstream that hangs; with these a busy machine may be taken for one. */
export const SHORT = { attemptMs: 200 };

/** A client with its own blocks, a clock that stands still and limits that nothing hits, unless given; closed after the test. */
export function clientOf(baseUrl: string, { limits, ...options }: Partial<UpstreamClientOptions> = {}): UpstreamClient {
  return plainClientOf(baseUrl, { limits: { ...LIMITS, ...limits }, ...options });
}

/** The same with no limits but its own. */
export function plainClientOf(baseUrl: string, options: Partial<UpstreamClientOptions> = {}): UpstreamClient {
  const client = new UpstreamClient({
    displayName: 'Example',
    blockKey: 'example',
    baseUrl,
    userAgent: 'Tonearm/0.0.0 (+https://tonearm.example)',
    blocks: new UpstreamBlocksInMemory(),
    now: () => START,
    random: () => 0.5,
    ...options,
  });
  opened.push(client);
  return client;
}

/** Judges by status alone, and refuses what that leaves open. */
export function judge(answer: UpstreamAnswer): Verdict {
  return judgeByStatus(answer) ?? { kind: 'refused', error: new Error(`refused: ${answer.text}`) };
}

/** The `UpstreamError` that a read ends in; anything else is a failed test. */
export async function failureOf(reading: Promise<unknown>): Promise<UpstreamError> {
  const outcome: unknown = await reading.then(
    () => new Error('The read was good.'),
    (error: unknown) => error,
  );
  if (outcome instanceof UpstreamError) return outcome;
  throw outcome;
}

/** Waits for something that is about to happen elsewhere, with room for a busy machine. */
export async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 5_000, interval: 10 });
}
