import { Injectable } from '@nestjs/common';
import type { Period, TopList } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { type CachedRead, ReadCache } from '../answer/read-cache.js';
import { ActiveProvider, type RunningProvider } from '../providers/active-provider.js';
import type {
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

/** What the provider told, and the documents that were made of it so far, by how many entries they have. */
interface Told<T> {
  whole: T;
  documents: Map<number, Document<T>>;
}

const MINUTE = 60_000;
/** How long each is given without asking again, and then once more while a new one is fetched. */
const RECENT = { freshMs: 15_000, refreshMs: MINUTE };
const CHART = { freshMs: 10 * MINUTE, refreshMs: 60 * MINUTE };
const PROFILE = { freshMs: 5 * MINUTE, refreshMs: 60 * MINUTE };
/**
 * The provider is always asked for the longest list, and shorter ones are cut from it: however many different lists
 * strangers ask for, the upstream gets a handful of calls.
 */
const LONGEST = 50;

/** The history, the charts and the profile of the active provider's account, from memory where they are young enough. */
@Injectable()
export class ChartsService {
  private readonly recent = new ReadCache<Told<RecentTracksDto>>(Date.now);
  private readonly tracks = new ReadCache<Told<TopTracksDto>>(Date.now);
  private readonly artists = new ReadCache<Told<TopArtistsDto>>(Date.now);
  private readonly albums = new ReadCache<Told<TopAlbumsDto>>(Date.now);
  private readonly loved = new ReadCache<Told<LovedTracksDto>>(Date.now);
  private readonly profiles = new ReadCache<Told<ProfileDto>>(Date.now);

  constructor(private readonly providers: ActiveProvider) {}

  async recentTracks(limit: number): Promise<CachedRead<Document<RecentTracksDto>>> {
    const read = await this.read(this.recent, 'recent', RECENT, async ({ provider, reads }) => {
      const tracks = await reads.recentTracks({ limit: LONGEST });
      const items = tracks.map((track) => ({ ...track, playedAt: track.playedAt?.toISOString() ?? null }));
      return { source: provider.source, limit: LONGEST, items };
    });
    return cut(read, limit, (whole) => ({ ...whole, limit, items: whole.items.slice(0, limit) }));
  }

  async topTracks(period: Period, limit: number): Promise<CachedRead<Document<TopTracksDto>>> {
    const read = await this.read(this.tracks, period, CHART, async (running) =>
      toChart(running, period, await running.reads.topTracks({ period, limit: LONGEST })),
    );
    return cut(read, limit, (whole) => ({ ...whole, items: whole.items.slice(0, limit) }));
  }

  async topArtists(period: Period, limit: number): Promise<CachedRead<Document<TopArtistsDto>>> {
    const read = await this.read(this.artists, period, CHART, async (running) =>
      toChart(running, period, await running.reads.topArtists({ period, limit: LONGEST })),
    );
    return cut(read, limit, (whole) => ({ ...whole, items: whole.items.slice(0, limit) }));
  }

  async topAlbums(period: Period, limit: number): Promise<CachedRead<Document<TopAlbumsDto>>> {
    const read = await this.read(this.albums, period, CHART, async (running) =>
      toChart(running, period, await running.reads.topAlbums({ period, limit: LONGEST })),
    );
    return cut(read, limit, (whole) => ({ ...whole, items: whole.items.slice(0, limit) }));
  }

  async lovedTracks(limit: number): Promise<CachedRead<Document<LovedTracksDto>>> {
    const read = await this.read(this.loved, 'loved', CHART, async ({ provider, reads }) => {
      const tracks = await reads.lovedTracks({ limit: LONGEST });
      const items = tracks.map((track) => ({ ...track, lovedAt: track.lovedAt?.toISOString() ?? null }));
      return { source: provider.source, items };
    });
    return cut(read, limit, (whole) => ({ ...whole, items: whole.items.slice(0, limit) }));
  }

  async profile(): Promise<CachedRead<Document<ProfileDto>>> {
    const read = await this.read(this.profiles, 'profile', PROFILE, async ({ provider, reads }) => {
      const profile = await reads.profile();
      return { source: provider.source, ...profile, registeredAt: profile.registeredAt?.toISOString() ?? null };
    });
    return cut(read, LONGEST, (whole) => whole);
  }

  /** @throws ProviderError when there is nothing to give */
  private read<T>(
    cache: ReadCache<Told<T>>,
    question: string,
    age: { freshMs: number; refreshMs: number },
    ask: (running: RunningProvider) => Promise<T>,
  ): Promise<CachedRead<Told<T>>> {
    const running = this.providers.require();
    return cache.get({
      // The provider is part of the question: after a switch, nobody is told the old one's answer as the new one's.
      key: `${running.provider.id} ${question}`,
      ...age,
      read: async () => ({ whole: await ask(running), documents: new Map() }),
    });
  }
}

/** The document with so many entries; made once, and the same bytes for everybody who asks for as many. */
function cut<T>(read: CachedRead<Told<T>>, limit: number, shorten: (whole: T) => T): CachedRead<Document<T>> {
  const { whole, documents } = read.value;
  const made = documents.get(limit);
  if (made) return { ...read, value: made };
  const document = shorten(whole);
  const value = { document, bytes: encodeJson(document) };
  documents.set(limit, value);
  return { ...read, value };
}

function toChart<Item>({ provider }: RunningProvider, period: Period, { items, derivation }: TopList<Item>) {
  return { source: provider.source, period, derived: derivation !== null, derivation, items };
}
