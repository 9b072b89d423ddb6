/** A stream tells at once what plays; one that does not is held back by something between. */
const FIRST_WORD_MS = 2_500;
/** Without a stream. */
const POLL_MS = 5_000;
const POLL_AWAY_MS = 30_000;
/** Beside a stream that lives: its heartbeats are not to be seen here, so it may be dead without a sign. */
const CHECK_MS = 60_000;
/** A song that has ended and is not followed by word of the next one. */
const OVERDUE_MS = 4_000;
const REOPEN_MS = 15_000;
const REOPEN_MOST_MS = 300_000;
/** What a poll knows, a stream that lives tells soon. */
const DEAF_MS = 5_000;
/** When the service is back all its visitors want it. */
const CROWD_MS = 3_000;

/**
 * When to ask the service, and when to open its stream. Moments are milliseconds of the caller's clock; Infinity is never.
 */
export class FeedPlan {
  pollAt = Infinity;
  /** Opening it again closes the one before. */
  openAt = Infinity;
  /** Whether the stream that is open has shown that it gets through. */
  isLive = false;
  /** Questions in a row that nobody has answered. */
  unanswered = 0;
  private opened = 0;

  /** @param random from 0 up to 1 */
  constructor(private readonly random: () => number) {}

  start(now: number): void {
    this.stop();
    this.openAt = now;
    this.pollAt = now + FIRST_WORD_MS;
  }

  stop(): void {
    this.pollAt = this.openAt = Infinity;
    this.isLive = false;
    this.opened = 0;
  }

  /** The stream is being opened; unless it speaks it is opened again, after longer and longer. */
  streamOpens(now: number): void {
    this.isLive = false;
    this.openAt = now + this.spread(Math.min(REOPEN_MS * 2 ** this.opened, REOPEN_MOST_MS));
    this.opened += 1;
  }

  /**
   * The stream has said something, or is open again with nothing new to say.
   *
   * @param songEnd when the song ends, by the same clock; null when nobody knows
   */
  streamLives(now: number, songEnd: number | null): void {
    this.isLive = true;
    this.opened = 0;
    this.unanswered = 0;
    this.openAt = Infinity;
    // A song that should be over may be one of a visitor whose clock is fast: an answer tells what time it is there.
    this.checkLater(now, songEnd === null ? null : Math.max(songEnd, now));
  }

  streamBreaks(now: number): void {
    if (!this.isLive) return;
    this.streamOpens(now);
    this.pollAt = Math.min(this.pollAt, now + this.spread(FIRST_WORD_MS / 2));
  }

  /** A question is under way. */
  asks(): void {
    this.pollAt = Infinity;
  }

  /** @param isNews whether the stream has not told it */
  isAnswered(now: number, isNews: boolean, songEnd: number | null): void {
    if (this.isLive) {
      this.checkLater(now, songEnd);
      if (isNews) this.openAt = now + DEAF_MS;
    } else {
      this.pollAt = now + this.spread(POLL_MS);
      if (this.unanswered > 0) {
        this.opened = 0;
        this.openAt = now + CROWD_MS * this.random();
      }
    }
    this.unanswered = 0;
  }

  isNotAnswered(now: number): void {
    this.pollAt = now + this.spread(Math.min(POLL_MS * 2 ** this.unanswered, POLL_AWAY_MS));
    this.unanswered += 1;
    if (this.isLive) this.openAt = Math.min(this.openAt, now + DEAF_MS);
  }

  private checkLater(now: number, songEnd: number | null): void {
    const isAhead = songEnd !== null && songEnd >= now;
    this.pollAt = Math.min(now + this.spread(CHECK_MS), isAhead ? songEnd + this.spread(OVERDUE_MS) : Infinity);
  }

  private spread(milliseconds: number): number {
    return milliseconds * (0.75 + this.random() / 2);
  }
}
