import { Injectable } from '@nestjs/common';
import { type Period, ProviderError } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import type { CachedRead, Patience } from '../answer/read-cache.js';
import { type CurrentlyPlaying, NowPlayingService } from '../now-playing/index.js';
import { ActiveProvider } from '../providers/active-provider.js';
import { isOfReadAlone } from '../providers/lasting-failure.js';
import type { RunningProvider } from '../providers/running-providers.js';
import type { RecentTracksDto, SummaryDto, SummaryFault } from './charts.dto.js';
import { LONGEST } from './chart-query.dto.js';
import { ChartsService, type Document } from './charts.service.js';

/** Everything for one page: each part is read beside the others, and one that fails does not take the rest along. */
@Injectable()
export class SummaryService {
  constructor(
    private readonly charts: ChartsService,
    private readonly nowPlaying: NowPlayingService,
    private readonly providers: ActiveProvider,
  ) {}

  /** All of it is one provider's. @throws ProviderError when there is nobody to ask, or nothing of it to give */
  async summary(period: Period, limit: number): Promise<JsonBytes> {
    const { value, instead } = await this.providers.answer((running, patience) =>
      this.gather({ running, patience, period, limit }),
    );
    const { document } = value;
    if (!instead) return encodeJson(document);
    const currentlyPlaying = this.nowPlaying.tellSubstitution(document.currentlyPlaying, instead);
    const others = document.errors.filter(({ part: name }) => name !== 'currentlyPlaying');
    const errors = [fault('currentlyPlaying', instead.failure, currentlyPlaying.stale), ...others];
    return encodeJson({ ...document, currentlyPlaying, errors });
  }

  private async gather({ running, patience, period, limit }: Question): Promise<Gathered> {
    const charts = this.charts.of(running, patience);
    const failures: Failure[] = [];
    const [profile, current, recent, tracks, artists, albums] = await Promise.all([
      part('profile', charts.profile(), failures),
      this.nowPlaying.of(running, patience),
      // One more, in place of a song that is over.
      part('recentTracks', charts.recentTracks(Math.min(limit + 1, LONGEST)), failures),
      part('topTracks', charts.topTracks(period, limit), failures),
      part('topArtists', charts.topArtists(period, limit), failures),
      part('topAlbums', charts.topAlbums(period, limit), failures),
    ]);
    const { document: currentlyPlaying, failure } = current;
    if (failure) failures.push({ part: 'currentlyPlaying', error: failure, stale: currentlyPlaying.stale });
    // One list that fails, for however long, is no reason to ask another provider for all the rest.
    const decisive = failures.filter(({ part: name, error }) => name === 'currentlyPlaying' || !isOfReadAlone(error));
    const lasting = decisive.find(({ error }) => this.providers.isLasting(error, running))?.error ?? null;
    const nothing = failure !== null && !currentlyPlaying.stale;
    if (nothing && [profile, recent, tracks, artists, albums].every((one) => one === null)) throw lasting ?? failure;
    const document: SummaryDto = {
      source: running.provider.source,
      period,
      profile,
      currentlyPlaying,
      recentTracks: recent && agreeing(recent.items, currentlyPlaying).slice(0, limit),
      topTracks: tracks?.items ?? null,
      topArtists: artists?.items ?? null,
      topAlbums: albums?.items ?? null,
      // The order in which parts fail says nothing, and would make other bytes of the same summary.
      errors: failures.map(({ part: name, error, stale }) => fault(name, error, stale)).sort(byPart),
    };
    return { document, failure: lasting };
  }
}

/** The two were not read in the same moment: a song is not said to run beside another one, or beside none. */
function agreeing(
  items: RecentTracksDto['items'],
  { isPlaying, title, artist }: CurrentlyPlaying,
): RecentTracksDto['items'] {
  return items.filter((item) => !item.nowPlaying || (isPlaying && item.title === title && item.artist === artist));
}

interface Question {
  running: RunningProvider;
  patience: Patience;
  period: Period;
  limit: number;
}

interface Gathered {
  document: SummaryDto;
  /** Why another provider should be asked for all of it; null when the parts that failed are no reason to. */
  failure: ProviderError | null;
}

interface Failure {
  part: string;
  error: ProviderError;
  stale: boolean;
}

async function part<T>(
  name: string,
  reading: Promise<CachedRead<Document<T>>>,
  failures: Failure[],
): Promise<T | null> {
  try {
    const { value, failure } = await reading;
    if (failure) failures.push({ part: name, error: failure, stale: true });
    return value.document;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    failures.push({ part: name, error, stale: false });
    return null;
  }
}

function fault(name: string, { code, message, remedy }: ProviderError, stale: boolean): SummaryFault {
  return { part: name, code, detail: message, remedy, stale };
}

function byPart(one: SummaryFault, other: SummaryFault): number {
  return one.part.localeCompare(other.part);
}
