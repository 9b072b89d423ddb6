import { inspect } from 'node:util';
import { type ListeningProvider, ProviderError, type Read, type ReadOptions } from '../index.js';

/** What every read of a list is asked for here. */
export interface Questions {
  list: { limit: number };
  chart: { period: '7day' | '3month'; limit: number };
}

/** Reads by name, each list with the same question. */
export function callRead(
  provider: ListeningProvider,
  read: Read,
  { list, chart }: Questions,
  options?: ReadOptions,
): Promise<unknown> {
  switch (read) {
    case 'nowPlaying':
    case 'profile':
      return provider[read](options);
    case 'recentTracks':
    case 'lovedTracks':
      return provider[read](list, options);
    case 'topTracks':
    case 'topArtists':
    case 'topAlbums':
      return provider[read](chart, options);
  }
}

/** The error that a read ends in. Throws whatever else it ends in, so that a test shows it. */
export async function failureOf(reading: Promise<unknown>): Promise<ProviderError> {
  const outcome: unknown = await reading.then(
    (value) => new Error(`The read was good: ${inspect(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof ProviderError) return outcome;
  throw outcome;
}
