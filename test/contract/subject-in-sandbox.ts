import { type Credentials, NO_CREDENTIALS } from '#listening';
import type { ContractSubject, ProviderTestKit } from '#listening/testing';
import type { Provider } from '#providers';
import { UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { readSettings } from '../../apps/api/src/settings/read-settings.js';
import type { Sandbox } from '../../apps/sandbox/src/sandbox.js';

/** Ample for an answer that comes at all, and short for one that never does. */
const LIMITS = {
  attemptMs: 800,
  readMs: 900,
  retryDelayMs: 1,
  // The circuit would answer in place of the upstream from the third failed read on; it has specs of its own.
  failuresToOpen: Number.POSITIVE_INFINITY,
};

/** A situation begins when the blocks of the one before are over. */
const BETWEEN_SITUATIONS_MS = 24 * 3_600_000;

/** The provider as the service builds it, before the sandbox; the sandbox stays open when it is closed. */
export function subjectInSandbox(provider: Provider, kit: ProviderTestKit, sandbox: Sandbox): ContractSubject {
  let laterMs = 0;
  const now = () => Date.now() + laterMs;
  const settings = readSettings(kit.settings(sandbox.url + kit.upstreamPath)).providers.get(provider.id);
  const configured = settings && provider.configure(settings);
  if (!configured) throw new Error(`The settings of ${provider.id}.testkit.ts do not configure ${provider.id}.`);
  const upstream = new UpstreamClient({
    displayName: provider.displayName,
    blockKey: configured.blockKey,
    baseUrl: configured.upstreamUrl,
    userAgent: 'Tonearm/0.0.0 (+https://tonearm.example)',
    blocks: new UpstreamBlocksInMemory(),
    now,
    random: Math.random,
    limits: LIMITS,
  });
  const linked = kit.link?.(sandbox.url) ?? NO_CREDENTIALS;
  const secrets = [...kit.secrets];
  const credentials: Credentials = {
    accessToken: async (need) => {
      const token = await linked.accessToken(need);
      secrets.push(token);
      return token;
    },
  };
  return {
    definition: provider,
    provider: configured.create(upstream, now, credentials),
    stage: async (situation) => {
      const scenario = kit.scenarios[situation];
      if (!scenario) throw new Error(`${provider.id}.testkit.ts has no scenario for "${situation}".`);
      laterMs += BETWEEN_SITUATIONS_MS;
      await control(sandbox, 'DELETE', kit.controlPath);
      await control(sandbox, 'PUT', kit.controlPath, scenario);
    },
    calls: async () => countCalls(await control(sandbox, 'GET', '/control/ledger')),
    song: kit.song,
    secrets,
    patienceMs: LIMITS.readMs + 500,
    close: () => {
      upstream.close();
      return Promise.resolve();
    },
  };
}

async function control(sandbox: Sandbox, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(sandbox.url + path, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The sandbox refuses ${method} ${path} ${JSON.stringify(body)}: ${text}`);
  return JSON.parse(text);
}

/** All calls of a ledger, also those that it no longer holds whole. */
function countCalls(ledger: unknown): number {
  const counts: unknown = typeof ledger === 'object' && ledger !== null ? Reflect.get(ledger, 'counts') : undefined;
  if (typeof counts !== 'object' || counts === null) throw new TypeError('The ledger of the sandbox has no counts.');
  return Object.values(counts).reduce<number>((sum, count) => sum + Number(count), 0);
}
