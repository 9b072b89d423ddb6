import { FeedPlan } from './feed-plan.js';
import { type Playing, momentOf, playingFrom } from './playing.js';
import { endOf } from './progress.js';
import { ServiceClock } from './service-clock.js';

/** An answer that takes longer is given up, so that the next round comes. */
const PATIENCE_MS = 8_000;
/** A service that is started again is not called away yet. */
const UNANSWERED_UNTIL_AWAY = 2;

/**
 * What plays at one service, for all widgets of a page that show it: by its stream, and by asking where streams do not get
 * through. Asks nothing while the page is hidden or nobody listens.
 */
export class LiveFeed {
  readonly clock = new ServiceClock(Date.now);
  /** The last that was heard; null before the first. */
  playing: Playing | null = null;
  private readonly plan = new FeedPlan(Math.random);
  private readonly listeners = new Set<() => void>();
  private stream: EventSource | undefined;
  private timer: number | undefined;
  /** Told apart from one that is still under way from before the page was hidden. */
  private question: AbortController | undefined;

  /** @param address of `/currently-playing` */
  constructor(private readonly address: URL) {}

  /** Whether the service has been silent for so long that what is shown may be over. */
  get isAway(): boolean {
    return this.plan.unanswered >= UNANSWERED_UNTIL_AWAY;
  }

  /** @param listener called after everything that may change what is to be seen */
  add(listener: () => void): void {
    this.listeners.add(listener);
    if (this.listeners.size > 1) return;
    document.addEventListener('visibilitychange', this.look);
    window.addEventListener('online', this.look);
    this.look();
  }

  remove(listener: () => void): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    document.removeEventListener('visibilitychange', this.look);
    window.removeEventListener('online', this.look);
    this.rest();
  }

  /** Several widgets show the same song; one of them says so. */
  isFirst(listener: () => void): boolean {
    return this.listeners.values().next().value === listener;
  }

  private readonly look = (): void => {
    this.rest();
    if (!document.hidden) {
      this.plan.start(performance.now());
      this.act();
    }
    this.tell();
  };

  private rest(): void {
    clearTimeout(this.timer);
    this.plan.stop();
    this.stream?.close();
    this.stream = undefined;
    this.question?.abort();
    this.question = undefined;
  }

  private readonly act = (): void => {
    const now = performance.now();
    if (this.plan.openAt <= now) this.open(now);
    if (this.plan.pollAt <= now) void this.ask();
    clearTimeout(this.timer);
    const next = Math.min(this.plan.openAt, this.plan.pollAt);
    if (next < Infinity) this.timer = setTimeout(this.act, next - now);
  };

  private open(now: number): void {
    this.stream?.close();
    this.plan.streamOpens(now);
    const stream = new EventSource(new URL(`${this.address.pathname}/stream`, this.address));
    let isFirst = true;
    let told: Playing | null = null;
    // WebKit opens one that is closed again when the page comes back from its cache.
    const isGone = (): boolean => {
      const gone = stream !== this.stream;
      if (gone) stream.close();
      return gone;
    };
    stream.addEventListener('open', () => {
      if (isGone()) return;
      isFirst = true;
      // A browser that comes back says by itself what it was told last, and hears nothing while that is still so.
      if (told && isSame(told, this.playing)) this.streamLives();
    });
    stream.addEventListener('message', ({ data }) => {
      const playing = parsed(data);
      if (playing === null || isGone()) return;
      const since = momentOf(playing.updatedAt);
      if (since !== null) {
        const before = momentOf(this.playing?.updatedAt ?? null);
        // The first word of a stream may be old, and so is one of how well the same is known; a change is told when it happens.
        if (isFirst || (before !== null && since <= before)) this.clock.saidPast(since);
        else this.clock.saidNow(since);
      }
      isFirst = false;
      told = this.playing = playing;
      this.streamLives();
    });
    stream.addEventListener('error', () => {
      if (isGone()) return;
      this.plan.streamBreaks(performance.now());
      this.act();
    });
    this.stream = stream;
  }

  private streamLives(): void {
    this.plan.streamLives(performance.now(), this.songEnd());
    this.act();
    this.tell();
  }

  private async ask(): Promise<void> {
    this.plan.asks();
    const question = new AbortController();
    const patience = setTimeout(() => {
      question.abort();
    }, PATIENCE_MS);
    this.question = question;
    try {
      // Browsers that are told how long an old answer may serve would show every song late.
      const answer = await fetch(this.address, { cache: 'no-cache', credentials: 'omit', signal: question.signal });
      const playing = parsed(await answer.text());
      if (playing === null) throw new Error('This is not what plays.');
      if (this.question === question) this.hear(playing, momentOf(answer.headers.get('date')));
    } catch {
      if (this.question === question) this.plan.isNotAnswered(performance.now());
    } finally {
      clearTimeout(patience);
    }
    if (this.question !== question) return;
    this.act();
    this.tell();
  }

  /** @param date what time it was there; null when this page may not read it */
  private hear(playing: Playing, date: number | null): void {
    if (date !== null) this.clock.saidNow(date);
    const isNews = !isSame(playing, this.playing) && !isOlder(playing, this.playing);
    // The answer may have been on its way while the stream told the next song.
    if (isNews || !this.plan.isLive) this.playing = playing;
    this.plan.isAnswered(performance.now(), isNews, this.songEnd());
  }

  private songEnd(): number | null {
    const end = this.playing && endOf(this.playing);
    return end === null ? null : performance.now() + end - this.clock.now();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

const feeds = new Map<string, LiveFeed>();

/** @param address of `/currently-playing` */
export function feedOf(address: URL): LiveFeed {
  const feed = feeds.get(address.href) ?? new LiveFeed(address);
  feeds.set(address.href, feed);
  return feed;
}

function parsed(text: unknown): Playing | null {
  try {
    return typeof text === 'string' ? playingFrom(JSON.parse(text)) : null;
  } catch {
    return null;
  }
}

/** Whether two documents show the same. */
export function isSame(one: Playing, other: Playing | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isOlder(one: Playing, other: Playing | null): boolean {
  return (momentOf(one.updatedAt) ?? Infinity) < (momentOf(other?.updatedAt ?? null) ?? 0);
}
