import { Injectable } from '@nestjs/common';
import { type Period, ProviderError } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import type { CachedRead } from '../answer/read-cache.js';
import { NowPlayingService } from '../now-playing/index.js';
import { ActiveProvider } from '../providers/active-provider.js';
import type { SummaryDto, SummaryFault } from './charts.dto.js';
import { ChartsService, type Document } from './charts.service.js';

/** Everything for one page: each part is read beside the others, and one that fails does not take the rest along. */
@Injectable()
export class SummaryService {
  constructor(
    private readonly charts: ChartsService,
    private readonly nowPlaying: NowPlayingService,
    private readonly providers: ActiveProvider,
  ) {}

  /** @throws ProviderError `provider_not_configured` when there is nobody to ask */
  async summary(period: Period, limit: number): Promise<JsonBytes> {
    const { source } = this.providers.require().provider;
    const errors: SummaryFault[] = [];
    const [profile, current, recent, tracks, artists, albums] = await Promise.all([
      part('profile', this.charts.profile(), errors),
      this.nowPlaying.current(),
      part('recentTracks', this.charts.recentTracks(limit), errors),
      part('topTracks', this.charts.topTracks(period, limit), errors),
      part('topArtists', this.charts.topArtists(period, limit), errors),
      part('topAlbums', this.charts.topAlbums(period, limit), errors),
    ]);
    const { document: currentlyPlaying, failure } = current;
    if (failure) errors.push(fault('currentlyPlaying', failure, currentlyPlaying.stale));
    const summary: SummaryDto = {
      source,
      period,
      profile,
      currentlyPlaying,
      recentTracks: recent?.items ?? null,
      topTracks: tracks?.items ?? null,
      topArtists: artists?.items ?? null,
      topAlbums: albums?.items ?? null,
      // The order in which parts fail says nothing, and would make other bytes of the same summary.
      errors: errors.sort((a, b) => a.part.localeCompare(b.part)),
    };
    return encodeJson(summary);
  }
}

async function part<T>(
  name: string,
  reading: Promise<CachedRead<Document<T>>>,
  errors: SummaryFault[],
): Promise<T | null> {
  try {
    const { value, failure } = await reading;
    if (failure) errors.push(fault(name, failure, true));
    return value.document;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    errors.push(fault(name, error, false));
    return null;
  }
}

function fault(name: string, { code, message, remedy }: ProviderError, stale: boolean): SummaryFault {
  return { part: name, code, detail: message, remedy, stale };
}
