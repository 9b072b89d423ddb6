import { Injectable } from '@nestjs/common';
import { type ChartQuery, type ListeningProvider, PERIODS, type Period, type TopList } from '#listening';
import { PROVIDERS } from '#providers';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { type CachedRead, PATIENCE_MS, type Patience, ReadCache } from '../answer/read-cache.js';
import { ActiveProvider } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import { LONGEST } from './chart-query.dto.js';
import type {
  ChartDto,
  LovedTracksDto,
  ProfileDto,
  RecentTracksDto,
  TopAlbumsDto,
  TopArtistsDto,
  TopTracksDto,
} from './charts.dto.js';

/** A list or a profile, as an object and as it goes over the wire. */
export interface Document<T> {
  document: T;
  bytes: JsonBytes;
}

/** What the provider told, and the documents that were made of it so far, by what was left in them. */
interface Told<T> {
  whole: T;
  documents: Map<string, Document<T>>;
}

type Chart<Item> = ChartDto & { items: Item[] };

const MINUTE = 60_000;
/** How long each is given without asking again, and then once more while a new one is fetched. */
const RECENT = { freshMs: 15_000, refreshMs: MINUTE };
const CHART = { freshMs: 10 * MINUTE, refreshMs: 60 * MINUTE };
const PROFILE = { freshMs: 5 * MINUTE, refreshMs: 60 * MINUTE };
/** A song that was running when a list was read is not said to run by one that is older. */
const RUNNING_S = 30;

/**
 * How many answers are kept to what each provider is asked: one, and one from before its latest outage or link, which nobody
 * can ask for any more. Each holds all documents that were made of it.
 */
const KEPT = 2 * PROVIDERS.length;

function remember<T extends object>(questions: number): ReadCache<T> {
  return new ReadCache<T>(Date.now, PATIENCE_MS, KEPT * questions);
}

/** What is in memory, of every provider that was asked. */
class Memory {
  readonly recent = remember<Told<RecentTracksDto>>(1);
  readonly tracks = remember<Told<TopTracksDto>>(PERIODS.length);
  readonly artists = remember<Told<TopArtistsDto>>(PERIODS.length);
  readonly albums = remember<Told<TopAlbumsDto>>(PERIODS.length);
  readonly loved = remember<Told<LovedTracksDto>>(1);
  readonly profiles = remember<Told<ProfileDto>>(1);
}

/** The history, the charts and the profile of one provider's account, from memory where they are young enough. */
export class Charts {
  constructor(
    private readonly memory: Memory,
    private readonly running: RunningProvider,
    private readonly patience: Patience,
  ) {}

  async recentTracks(limit: number): Promise<CachedRead<Document<RecentTracksDto>>> {
    const key = this.running.listeningKey;
    const read = await this.read(this.memory.recent, key, RECENT, async ({ provider, reads }) => {
      const tracks = await reads.recentTracks({ limit: LONGEST });
      const items = tracks.map((track) => ({ ...track, playedAt: track.playedAt?.toISOString() ?? null }));
      return { source: provider.source, limit: LONGEST, items };
    });
    const isLate = read.ageSeconds > RUNNING_S;
    return cut(read, `${limit}${isLate ? ' without what ran' : ''}`, (whole) => {
      const items = isLate ? whole.items.filter(({ nowPlaying }) => !nowPlaying) : whole.items;
      return { ...whole, limit, items: items.slice(0, limit) };
    });
  }

  topTracks(period: Period, limit: number): Promise<CachedRead<Document<TopTracksDto>>> {
    return this.chart(this.memory.tracks, period, limit, (reads, query) => reads.topTracks(query));
  }

  topArtists(period: Period, limit: number): Promise<CachedRead<Document<TopArtistsDto>>> {
    return this.chart(this.memory.artists, period, limit, (reads, query) => reads.topArtists(query));
  }

  topAlbums(period: Period, limit: number): Promise<CachedRead<Document<TopAlbumsDto>>> {
    return this.chart(this.memory.albums, period, limit, (reads, query) => reads.topAlbums(query));
  }

  async lovedTracks(limit: number): Promise<CachedRead<Document<LovedTracksDto>>> {
    const read = await this.read(this.memory.loved, this.keyOf('loved'), CHART, async ({ provider, reads }) => {
      const tracks = await reads.lovedTracks({ limit: LONGEST });
      const items = tracks.map((track) => ({ ...track, lovedAt: track.lovedAt?.toISOString() ?? null }));
      return { source: provider.source, items };
    });
    return cutTo(read, limit);
  }

  async profile(): Promise<CachedRead<Document<ProfileDto>>> {
    const read = await this.read(this.memory.profiles, this.keyOf('profile'), PROFILE, async ({ provider, reads }) => {
      const profile = await reads.profile();
      return { source: provider.source, ...profile, registeredAt: profile.registeredAt?.toISOString() ?? null };
    });
    return cut(read, 'whole', (whole) => whole);
  }

  private async chart<Item>(
    cache: ReadCache<Told<Chart<Item>>>,
    period: Period,
    limit: number,
    ask: (reads: ListeningProvider, query: ChartQuery) => Promise<TopList<Item>>,
  ): Promise<CachedRead<Document<Chart<Item>>>> {
    const read = await this.read(cache, this.keyOf(period), CHART, async ({ provider, reads }) => {
      const { items, derivation } = await ask(reads, { period, limit: LONGEST });
      return { source: provider.source, period, derived: derivation !== null, derivation, items };
    });
    return cutTo(read, limit);
  }

  /** The provider is part of the question: after a switch, nobody is told the old one's answer as the new one's. */
  private keyOf(question: string): string {
    return `${this.running.key} ${question}`;
  }

  /** @throws ProviderError when there is nothing to give */
  private read<T>(
    cache: ReadCache<Told<T>>,
    key: string,
    age: { freshMs: number; refreshMs: number },
    ask: (running: RunningProvider) => Promise<T>,
  ): Promise<CachedRead<Told<T>>> {
    const { running, patience } = this;
    return cache.get({
      key,
      ...age,
      patience,
      read: async () => ({ whole: await ask(running), documents: new Map() }),
    });
  }
}

/** The charts of whoever answers. */
@Injectable()
export class ChartsService {
  private readonly memory = new Memory();

  constructor(private readonly providers: ActiveProvider) {}

  of(running: RunningProvider, patience: Patience): Charts {
    return new Charts(this.memory, running, patience);
  }

  /** @throws ProviderError when there is nothing to give */
  async answer<T>(ask: (charts: Charts) => Promise<CachedRead<T>>): Promise<CachedRead<T>> {
    const { value, instead } = await this.providers.answer((running, patience) => ask(this.of(running, patience)));
    return { ...value, failure: instead?.failure ?? value.failure };
  }
}

/** The document with what is asked for; made once, and the same bytes for everybody who asks for the same. */
function cut<T>(read: CachedRead<Told<T>>, asked: string, shorten: (whole: T) => T): CachedRead<Document<T>> {
  const { whole, documents } = read.value;
  const made = documents.get(asked);
  if (made) return { ...read, value: made };
  const document = shorten(whole);
  const value = { document, bytes: encodeJson(document) };
  documents.set(asked, value);
  return { ...read, value };
}

/** The first entries of a list. */
function cutTo<T extends { items: readonly unknown[] }>(
  read: CachedRead<Told<T>>,
  limit: number,
): CachedRead<Document<T>> {
  return cut(read, String(limit), (whole) => ({ ...whole, items: whole.items.slice(0, limit) }));
}
