import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PROVIDERS } from '#providers';
import type { Bytes } from '../answer/answer.js';
import { etagOf } from '../answer/json-answer.js';
import { inTime } from '../in-time.js';
import { reasonOf } from '../logging.js';
import { type CurrentlyPlaying, NowPlayingService, type Shown } from '../now-playing/index.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { PROVIDER_SETTINGS } from '../settings/settings.module.js';
import { userAgent } from '../version.js';
import { type Art, ArtCache } from './art-cache.js';
import { artUrlOf } from './card-content.js';
import type { CardOptions } from './card-options.js';
import { renderCard } from './card.svg.js';

/** For what plays and for its cover together: proxies of pictures give up early. */
const PATIENCE_MS = 1_000;
const CARDS_BYTES = 8 * 1024 * 1024;

export interface Card {
  bytes: Bytes;
  /** What plays; null when nobody has told yet. */
  document: CurrentlyPlaying | null;
  /** False when something did not come in time, and is there next time perhaps. */
  isWhole: boolean;
}

interface Known {
  document: CurrentlyPlaying;
  etag: string;
}

/** Draws what plays. Always has a card, within its patience. */
@Injectable()
export class CardService implements OnApplicationShutdown {
  private readonly logger = new Logger('Card');
  private readonly covers: ArtCache;
  private readonly cards = new LRUCache<string, Bytes>({
    maxSize: CARDS_BYTES,
    sizeCalculation: ({ body }) => body.length,
  });

  constructor(
    private readonly nowPlaying: NowPlayingService,
    settings: PlatformSettings,
    @Inject(PROVIDER_SETTINGS) providerSettings: ReadonlyMap<string, object>,
  ) {
    const origins = PROVIDERS.flatMap(
      (provider) => provider.configure(providerSettings.get(provider.id) ?? {})?.artOrigins ?? [],
    );
    this.covers = new ArtCache(new Set(origins), userAgent(settings.origin), Date.now, (reason) => {
      this.logger.debug(`A cover cannot be fetched: ${reason}`);
    });
  }

  async card(options: CardOptions): Promise<Card> {
    const end = performance.now() + PATIENCE_MS;
    const told = await this.told(end);
    const known = told ?? shownAs(this.nowPlaying.known());
    const cover = await this.cover(artUrlOf(known?.document ?? null), end);
    return {
      bytes: this.draw(known, cover === LATE ? null : cover, options),
      document: known?.document ?? null,
      isWhole: told !== null && cover !== LATE,
    };
  }

  onApplicationShutdown(): void {
    this.covers.close();
  }

  /** What plays; null when it is not told in time. */
  private async told(end: number): Promise<Known | null> {
    const asking = this.ask();
    const told = await orLate(asking, end);
    return told === LATE ? null : told;
  }

  private async ask(): Promise<Known | null> {
    try {
      return shownAs(await this.nowPlaying.current());
    } catch (error) {
      this.logger.warn(`What plays cannot be told (${reasonOf(error)}).`);
      return null;
    }
  }

  private async cover(url: string | null, end: number): Promise<Art | null | typeof LATE> {
    return url === null ? null : orLate(this.covers.get(url), end);
  }

  private draw(known: Known | null, art: Art | null, options: CardOptions): Bytes {
    const key = JSON.stringify([known?.etag, art?.tag, options]);
    const drawn = this.cards.get(key);
    if (drawn) return drawn;
    const body = Buffer.from(renderCard(known?.document ?? null, art?.dataUri ?? null, options));
    const bytes = { body, etag: etagOf(body) };
    this.cards.set(key, bytes);
    return bytes;
  }
}

function shownAs(shown: Shown | null): Known | null {
  return shown && { document: shown.document, etag: shown.bytes.etag };
}

const LATE = Symbol('late');

/** What is waited for, or that it has not come by then; it goes on by itself. */
async function orLate<T>(waiting: Promise<T>, end: number): Promise<T | typeof LATE> {
  const late = new Error('Late.');
  try {
    return await inTime(waiting, Math.max(0, end - performance.now()), () => late);
  } catch (error) {
    if (error === late) return LATE;
    throw error;
  }
}
