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

const MINUTE = 60_000;
/** How long each is given without asking again, and then once more while a new one is fetched. */
const RECENT = { freshMs: 15_000, refreshMs: MINUTE };
const CHART = { freshMs: 10 * MINUTE, refreshMs: 60 * MINUTE };
const PROFILE = { freshMs: 5 * MINUTE, refreshMs: 60 * MINUTE };

/** The history, the charts and the profile of the active provider's account, from memory where they are young enough. */
@Injectable()
export class ChartsService {
  private readonly recent = new ReadCache<Document<RecentTracksDto>>(Date.now);
  private readonly tracks = new ReadCache<Document<TopTracksDto>>(Date.now);
  private readonly artists = new ReadCache<Document<TopArtistsDto>>(Date.now);
  private readonly albums = new ReadCache<Document<TopAlbumsDto>>(Date.now);
  private readonly loved = new ReadCache<Document<LovedTracksDto>>(Date.now);
  private readonly profiles = new ReadCache<Document<ProfileDto>>(Date.now);

  constructor(private readonly providers: ActiveProvider) {}

  async recentTracks(limit: number): Promise<CachedRead<Document<RecentTracksDto>>> {
    return this.read(this.recent, `${limit}`, RECENT, async ({ provider, reads }) => {
      const tracks = await reads.recentTracks({ limit });
      const items = tracks.map((track) => ({ ...track, playedAt: track.playedAt?.toISOString() ?? null }));
      return { source: provider.source, limit, items };
    });
  }

  async topTracks(period: Period, limit: number): Promise<CachedRead<Document<TopTracksDto>>> {
    return this.read(this.tracks, `${period} ${limit}`, CHART, async (running) =>
      toChart(running, period, await running.reads.topTracks({ period, limit })),
    );
  }

  async topArtists(period: Period, limit: number): Promise<CachedRead<Document<TopArtistsDto>>> {
    return this.read(this.artists, `${period} ${limit}`, CHART, async (running) =>
      toChart(running, period, await running.reads.topArtists({ period, limit })),
    );
  }

  async topAlbums(period: Period, limit: number): Promise<CachedRead<Document<TopAlbumsDto>>> {
    return this.read(this.albums, `${period} ${limit}`, CHART, async (running) =>
      toChart(running, period, await running.reads.topAlbums({ period, limit })),
    );
  }

  async lovedTracks(limit: number): Promise<CachedRead<Document<LovedTracksDto>>> {
    return this.read(this.loved, `${limit}`, CHART, async ({ provider, reads }) => {
      const tracks = await reads.lovedTracks({ limit });
      const items = tracks.map((track) => ({ ...track, lovedAt: track.lovedAt?.toISOString() ?? null }));
      return { source: provider.source, items };
    });
  }

  async profile(): Promise<CachedRead<Document<ProfileDto>>> {
    return this.read(this.profiles, 'profile', PROFILE, async ({ provider, reads }) => {
      const profile = await reads.profile();
      return { source: provider.source, ...profile, registeredAt: profile.registeredAt?.toISOString() ?? null };
    });
  }

  /** @throws ProviderError when there is nothing to give */
  private read<T>(
    cache: ReadCache<Document<T>>,
    question: string,
    age: { freshMs: number; refreshMs: number },
    ask: (running: RunningProvider) => Promise<T>,
  ): Promise<CachedRead<Document<T>>> {
    const running = this.providers.require();
    return cache.get({
      // The provider is part of the question: after a switch, nobody is told the old one's answer as the new one's.
      key: `${running.provider.id} ${question}`,
      ...age,
      read: async () => {
        const document = await ask(running);
        return { document, bytes: encodeJson(document) };
      },
    });
  }
}

function toChart<Item>({ provider }: RunningProvider, period: Period, { items, derivation }: TopList<Item>) {
  return { source: provider.source, period, derived: derivation !== null, derivation, items };
}
