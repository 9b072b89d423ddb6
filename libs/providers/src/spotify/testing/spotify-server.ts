import { createServer } from 'node:http';
import { afterEach } from 'vitest';
import { type Credentials, type ListeningProvider, ProviderError } from '#listening';
import { UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { spotify } from '../spotify.provider.js';
import { SpotifySettings } from '../spotify.settings.js';

/** The first token that is given out; those after it end in 2, 3 and so on. None must turn up anywhere. */
export const TOKEN = 'BQcanary0access0token0that0nobody0may0see-1';

/** When every answer arrives: milliseconds since 1970. */
export const NOW = Date.UTC(2026, 9, 20, 10, 5, 0);

/** A call as it arrived. */
export interface Call {
  method: string;
  /** Below the address of the Web API. */
  path: string;
  query: Readonly<Record<string, string>>;
  authorization: string;
  body: string;
}

export interface Said {
  /** 200 unless told. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body: string;
}

/** Spotify on a loopback port, and the provider that reads it. */
export interface Spotify {
  provider: ListeningProvider;
  upstream: UpstreamClient;
  calls: readonly Call[];
  /** What was asked of the credentials. */
  needs: readonly { scopes: readonly string[]; rejected?: string }[];
}

const opened: (() => void)[] = [];

afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/**
 * Starts a server with the real provider and client before it; both end with the test.
 *
 * @param says what it answers to each call; undefined is silence
 * @param grants gives out tokens; by default a new one whenever the last is rejected
 */
export async function listening(says: (call: Call) => Said | undefined, grants?: Credentials): Promise<Spotify> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: url.pathname.replace('/v1/', ''),
        query: Object.fromEntries(url.searchParams),
        authorization: request.headers.authorization ?? '',
        body,
      };
      calls.push(call);
      const said = says(call);
      if (said) response.writeHead(said.status ?? 200, said.headers ?? {}).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');

  const settings = new SpotifySettings();
  settings.SPOTIFY_CLIENT_ID = 'a11ce0000000000000000000000a11ce';
  settings.SPOTIFY_API_URL = `http://127.0.0.1:${address.port}/v1`;
  const upstream = new UpstreamClient({
    displayName: spotify.displayName,
    blockKey: spotify.id,
    baseUrl: spotify.upstreamUrl(settings),
    userAgent: 'Tonearm/0.0.0 (+https://tonearm.example)',
    blocks: new UpstreamBlocksInMemory(),
    now: () => NOW,
    random: () => 0.5,
    limits: { retryDelayMs: 1 },
  });
  opened.push(() => {
    upstream.close();
    server.close();
    server.closeAllConnections();
  });
  const needs: { scopes: readonly string[]; rejected?: string }[] = [];
  const source = grants ?? tokens();
  const credentials: Credentials = {
    accessToken: (need) => {
      needs.push(need);
      return source.accessToken(need);
    },
  };
  return { provider: spotify.create({ settings, upstream, now: () => NOW, credentials }), upstream, calls, needs };
}

/** A new token whenever the last one is rejected. */
function tokens(): Credentials {
  let number = 1;
  const current = () => TOKEN.replace(/1$/, String(number));
  return {
    accessToken: ({ rejected }) => {
      if (rejected === current()) number += 1;
      return Promise.resolve(current());
    },
  };
}

/** Credentials of an account that has ended the agreement. */
export const GONE: Credentials = {
  accessToken: () =>
    Promise.reject(
      new ProviderError('reauthorization_required', { message: 'The agreement is over.', remedy: 'Link it again.' }),
    ),
};
