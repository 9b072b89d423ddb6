import { describe, expect, it } from 'vitest';
import {
  type ConsentParts,
  type ConsentStrategy,
  type LibraryShape,
  type Linking,
  type ListeningProvider,
  NO_CREDENTIALS,
  type ProviderContext,
  ProviderError,
} from '#listening';
import { UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { PROVIDERS } from './index.js';
import { register } from './provider.js';

class ExampleSettings {
  EXAMPLE_KEY?: string;
  EXAMPLE_USER?: string;
  EXAMPLE_URL = 'https://example.test/api/';
}

type Context = ProviderContext<ExampleSettings, UpstreamClient>;

/** A provider that can do nothing, and what it was created with. */
function example(linking: Linking<ExampleSettings, UpstreamClient> | null = null, library: LibraryShape | null = null) {
  const created: Context[] = [];
  const refuse = () => Promise.reject(new ProviderError('not_supported', { message: 'No read.', remedy: 'None.' }));
  const reads: ListeningProvider = {
    nowPlaying: refuse,
    recentTracks: refuse,
    topTracks: refuse,
    topArtists: refuse,
    topAlbums: refuse,
    lovedTracks: refuse,
    profile: refuse,
    library: null,
    libraryWrites: null,
  };
  const provider = register({
    id: 'example',
    source: 'example',
    displayName: 'Example',
    color: '#102030',
    links: { home: 'https://example.test/', credentials: 'https://example.test/keys' },
    settings: ExampleSettings,
    requires: ['EXAMPLE_KEY', 'EXAMPLE_USER'],
    upstreamUrl: (settings) => settings.EXAMPLE_URL,
    artHosts: ['covers.example.test'],
    account: (settings) => settings.EXAMPLE_USER ?? null,
    dailyCalls: () => 1_000,
    tempo: { early: 5, middle: 10, late: 20, idle: [30] },
    capabilities: { reads: [], kinds: [], pause: false },
    library,
    linking,
    create: (context: Context) => {
      created.push(context);
      return reads;
    },
  });
  return { provider, reads, created };
}

const complete = { EXAMPLE_KEY: 'canary-77aa', EXAMPLE_USER: 'ada' };

describe('a registered provider', () => {
  it('is configured when all that it requires is set', () => {
    const settings = Object.assign(new ExampleSettings(), complete);
    expect(example().provider.configure(settings)).toMatchObject({
      upstreamUrl: 'https://example.test/api/',
      artOrigins: ['https://covers.example.test', 'https://example.test'],
      account: 'ada',
    });
  });

  it.each([{}, { EXAMPLE_USER: 'ada' }, { EXAMPLE_KEY: 'canary-77aa' }])('is not configured by %o', (given) => {
    expect(example().provider.configure(Object.assign(new ExampleSettings(), given))).toBeNull();
  });

  it('does not count calls by the key itself', () => {
    const configured = example().provider.configure(Object.assign(new ExampleSettings(), complete));
    expect(configured?.blockKey).toMatch(/\S/);
    expect(configured?.blockKey).not.toContain(complete.EXAMPLE_KEY);
  });

  it('is created with its settings, its client and its clock', () => {
    const { provider, reads, created } = example();
    const settings = Object.assign(new ExampleSettings(), complete);
    const now = () => 7;
    const upstream = new UpstreamClient({
      displayName: 'Example',
      blockKey: 'example',
      baseUrl: settings.EXAMPLE_URL,
      userAgent: 'Tonearm/0.0.0',
      blocks: new UpstreamBlocksInMemory(),
      now,
      random: () => 0,
    });
    expect(provider.configure(settings)?.create(upstream, now, NO_CREDENTIALS)).toBe(reads);
    expect(created).toEqual([{ settings, upstream, now, credentials: NO_CREDENTIALS }]);
  });

  it('tells of its library without being configured', () => {
    const library = { lists: [], hasPlaylists: true, scopes: ['library-read'], writes: null };
    expect(example(null, library).provider.library).toBe(library);
    expect(example().provider.library).toBeNull();
  });

  it('links with its settings', () => {
    const refuse = () => Promise.reject(new Error('Nobody calls this.'));
    const parts: ConsentParts = {
      app: { clientId: 'c1', clientSecret: null },
      redirectUri: 'https://a.example/callback',
      begin: refuse,
      codeVerifier: refuse,
      exchange: refuse,
      identify: refuse,
    };
    const made: { settings: ExampleSettings; parts: ConsentParts; strategy: ConsentStrategy }[] = [];
    const linking: Linking<ExampleSettings, UpstreamClient> = {
      strategy: (settings, given) => {
        const strategy = { authenticate: () => undefined };
        made.push({ settings, parts: given, strategy });
        return strategy;
      },
      tokenUrl: (settings) => `${settings.EXAMPLE_URL}token`,
      app: ({ EXAMPLE_KEY: key }) => (key === undefined ? null : { clientId: key, clientSecret: null }),
      redirectUri: ({ EXAMPLE_USER: user }) => (user === undefined ? null : `https://${user}.example/callback`),
      scopes: ({ EXAMPLE_USER: user }) => (user === undefined ? [] : [user]),
      consentMonths: 2,
      identify: refuse,
    };
    const settings = Object.assign(new ExampleSettings(), complete);
    const closed = example(linking).provider.configure(settings)?.linking;
    expect(closed).toMatchObject({
      tokenUrl: 'https://example.test/api/token',
      app: { clientId: complete.EXAMPLE_KEY, clientSecret: null },
      scopes: ['ada'],
      consentMonths: 2,
      identify: refuse,
    });
    // A refusal of one app is none of another.
    expect(example(linking).provider.configure(settings)?.blockKey).toContain(complete.EXAMPLE_KEY);
    // Whoever has set nothing else yet is told already what to write into the settings of the app.
    const told = example(linking).provider.linking;
    const partly = Object.assign(new ExampleSettings(), { EXAMPLE_USER: 'ada' });
    expect(told?.redirectUri(partly)).toBe('https://ada.example/callback');
    expect(told?.redirectUri(new ExampleSettings())).toBeNull();
    const strategy = closed?.strategy(parts);
    expect(made).toEqual([{ settings, parts, strategy }]);
    expect(closed?.strategy(parts)).not.toBe(strategy);
  });

  it('takes no settings of another kind', () => {
    expect(() => example().provider.configure(complete)).toThrow(/ExampleSettings/);
  });
});

it('no two providers share an id or a source', () => {
  for (const name of ['id', 'source'] as const) {
    expect(new Set(PROVIDERS.map((provider) => provider[name])).size).toBe(PROVIDERS.length);
  }
});
