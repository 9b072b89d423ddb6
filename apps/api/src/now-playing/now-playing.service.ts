import { Injectable } from '@nestjs/common';
import { type NowPlaying, ProviderError } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { PATIENCE_MS, type Patience, ReadCache, tooLate } from '../answer/read-cache.js';
import { ActiveProvider, type Substitution } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { toCurrentlyPlaying, toDegraded } from './currently-playing.js';
import { LiveState } from './live-state.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';
import { PlayHistory } from './play-history.js';
import { Poller } from './poller.js';
import { Watcher } from './watcher.js';

/** For how long what one provider alone has said is taken as known. */
const FRESH_MS = 4_000;

/** What goes out. */
export interface Shown {
  bytes: JsonBytes;
  document: CurrentlyPlaying;
}

/** What one provider alone says. */
interface OwnWord {
  document: CurrentlyPlaying;
  /** What is wrong with the provider; null when nothing is. */
  failure: ProviderError | null;
}

/** What plays now. Always has an answer: a bad day of the provider is told in it. */
@Injectable()
export class NowPlayingService {
  private readonly ownWords = new ReadCache<{ playing: NowPlaying | null }>(Date.now);

  constructor(
    private readonly state: LiveState,
    private readonly watcher: Watcher,
    private readonly poller: Poller,
    private readonly history: PlayHistory,
    private readonly providers: ActiveProvider,
    private readonly settings: PlatformSettings,
  ) {}

  /** For somebody who looks. */
  async current(): Promise<Shown> {
    this.watcher.arrive(this.state.look());
    return this.state.fresh ?? (await this.awaitFresh());
  }

  /** What can be told without asking anybody; null when somebody has to be asked. For somebody who looks. */
  ready(): JsonBytes | null {
    this.watcher.arrive(this.state.look());
    return this.state.fresh?.bytes ?? null;
  }

  /** Waits for the one read that is under way for all, and tells what there is when it takes too long. */
  private async awaitFresh(): Promise<Shown> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      this.watcher.want();
      if (this.watcher.isCutOff && this.state.current) return this.showOld();
      const isSet = await this.state.next(until - Date.now());
      const { fresh } = this.state;
      if (fresh) return fresh;
      if (!isSet) return this.showOld();
    }
  }

  /** What was told last, as old as it is; null when there is nothing to tell without asking. */
  known(): Shown | null {
    const { current } = this.state;
    if (!current) return null;
    const document = this.poller.aged(current);
    return { document, bytes: encodeJson(document) };
  }

  private showOld(): Shown {
    const known = this.known();
    if (known) return known;
    const running = this.providers.current;
    const trouble = {
      failure: tooLate(null),
      provider: running?.provider.id ?? null,
      since: this.providers.sinceOf(running),
    };
    const document = this.describe(running, null, trouble, false);
    return { document, bytes: encodeJson(document) };
  }

  /** What one provider says, whoever answers otherwise: for a page that is one provider's as a whole. */
  async of(running: RunningProvider, patience: Patience): Promise<OwnWord> {
    this.watcher.arrive(this.state.look());
    const { id } = running.provider;
    const { fresh } = this.state;
    if (fresh?.provider === id) {
      const { document } = fresh;
      if (document.degraded?.provider !== id) return { document: { ...document, degraded: null }, failure: null };
      // What it has told last, as everybody is told it.
      const { failure } = running.health.current;
      if (failure) return { document, failure };
    }
    try {
      const { value, failure } = await this.ownWords.get({
        key: running.listeningKey,
        freshMs: FRESH_MS,
        refreshMs: 0,
        patience,
        read: async () => ({ playing: await running.reads.nowPlaying() }),
      });
      const trouble = failure && this.troubleOf(running, failure);
      return { document: this.describe(running, value.playing, trouble, failure !== null), failure };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return { document: this.describe(running, null, this.troubleOf(running, error), false), failure: error };
    }
  }

  /** The same, saying that another provider answers instead of the one that is chosen. */
  tellSubstitution(document: CurrentlyPlaying, instead: Substitution): CurrentlyPlaying {
    return { ...document, degraded: toDegraded(instead) };
  }

  private troubleOf(running: RunningProvider, failure: ProviderError): Substitution {
    return { failure, provider: running.provider.id, since: this.providers.sinceOf(running) };
  }

  private describe(
    running: RunningProvider | null,
    playing: NowPlaying | null,
    trouble: Substitution | null,
    stale: boolean,
  ): CurrentlyPlaying {
    const { notPlayingImageUrl: idleImageUrl } = this.settings;
    const lastPlayed = running && this.history.of(running);
    return toCurrentlyPlaying({ playing, lastPlayed }, { running, trouble, stale, idleImageUrl, now: new Date() });
  }
}
