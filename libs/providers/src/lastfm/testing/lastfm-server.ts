import { createServer } from 'node:http';
import { afterEach } from 'vitest';
import { type ListeningProvider, NO_CREDENTIALS } from '#listening';
import { UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { lastfm } from '../lastfm.provider.js';
import { LastfmSettings } from '../lastfm.settings.js';

/** A key that must not turn up anywhere. */
export const KEY = '0dd0c0de0dd0c0de0dd0c0de0dd0c0de';

/** What the server says next; undefined is silence. */
export interface Said {
  status: number;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** Last.fm on a loopback port, and the provider that reads it. */
export interface Listening {
  provider: ListeningProvider;
  /** The query of each call. */
  calls: readonly Readonly<Record<string, string>>[];
}

const opened: (() => void)[] = [];

afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** Starts a server that always says the same, or what it says to each query, with the real provider and client before it; both end with the test. */
export async function listening(
  account: string,
  says: Said | undefined | ((query: Readonly<Record<string, string>>) => Said),
): Promise<Listening> {
  const calls: Record<string, string>[] = [];
  const server = createServer((request, response) => {
    const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
    calls.push(query);
    const said = typeof says === 'function' ? says(query) : says;
    if (said) response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers }).end(said.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');

  const settings = new LastfmSettings();
  settings.LASTFM_API_KEY = KEY;
  settings.LASTFM_USERNAME = account;
  settings.LASTFM_API_URL = `http://127.0.0.1:${address.port}/2.0/`;
  const upstream = new UpstreamClient({
    displayName: lastfm.displayName,
    blockKey: lastfm.id,
    baseUrl: lastfm.upstreamUrl(settings),
    userAgent: 'Tonearm/0.0.0 (+https://tonearm.example)',
    blocks: new UpstreamBlocksInMemory(),
    now: Date.now,
    random: Math.random,
    limits: { retryDelayMs: 1 },
  });
  opened.push(() => {
    upstream.close();
    server.close();
    server.closeAllConnections();
  });
  return { provider: lastfm.create({ settings, upstream, now: Date.now, credentials: NO_CREDENTIALS }), calls };
}
