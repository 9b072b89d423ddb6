/** Until when an upstream wants to be left alone. */
export interface UpstreamBlock {
  /** Since when it does, with whatever prolonged it; milliseconds since 1970. */
  since: number;
  /** Milliseconds since 1970. */
  until: number;
  reason: string;
  /** Refusals in a row that did not say for how long. */
  strikes: number;
}

/** Where blocks are kept, so that every process and the next start know of them. Never rejects: a call must not fail for it. */
export interface UpstreamBlocks {
  /** Of the last blocks of these the one that lasts longest, also when it is over; null when there is none. */
  read(...upstreams: readonly string[]): Promise<UpstreamBlock | null>;
  /** Keeps the later of this and what is there. */
  extend(upstream: string, block: UpstreamBlock): Promise<void>;
  /** These answer again. */
  clear(...upstreams: readonly string[]): Promise<void>;
}

/** Of several blocks the one that lasts longest; null when there is none. */
export function longest(blocks: readonly UpstreamBlock[]): UpstreamBlock | null {
  return blocks.toSorted((one, other) => other.until - one.until)[0] ?? null;
}

/** Clocks differ by less; a block that began later than this from now was made by a clock that was wrong. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** Whether a block was made by a clock that was ahead: nobody knows for how long it holds. @param now milliseconds since 1970 */
export function isOfWrongClock({ since }: UpstreamBlock, now: number): boolean {
  return since > now + CLOCK_SLACK_MS;
}

/** Blocks that are forgotten with the process. */
export class UpstreamBlocksInMemory implements UpstreamBlocks {
  private readonly blocks = new Map<string, UpstreamBlock>();

  read(...upstreams: readonly string[]): Promise<UpstreamBlock | null> {
    return Promise.resolve(longest(upstreams.flatMap((upstream) => this.blocks.get(upstream) ?? [])));
  }

  extend(upstream: string, block: UpstreamBlock): Promise<void> {
    const known = this.blocks.get(upstream);
    if (!known || known.until < block.until) this.blocks.set(upstream, block);
    return Promise.resolve();
  }

  clear(...upstreams: readonly string[]): Promise<void> {
    for (const upstream of upstreams) this.blocks.delete(upstream);
    return Promise.resolve();
  }
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Longer than any upstream is known to mean it. */
const LONGEST_NAMED_MS = 14 * 24 * 3_600_000;
const LEAST_ADDED = 0.01;
const MOST_ADDED = 0.05;

/** No block lasts longer from the refusal that leads to it, in milliseconds. */
export const LONGEST_BLOCK_MS = LONGEST_NAMED_MS * (1 + MOST_ADDED);

/**
 * The block that a refusal leads to. What the server says is not shortened; one to five per cent are added so that
 * processes do not come back in the same instant. Without a word of the server the wait doubles with every refusal in a
 * row; to be told "now" is no word, for that would only end in the next refusal. Nobody is taken at their word for more than
 * two weeks.
 *
 * @param said the moment that `Retry-After` names, milliseconds since 1970; null without one
 * @param previous the last block, also one that is over
 * @param now milliseconds since 1970
 * @param random a number from 0 to 1
 * @param leastMs a wait that the server names counts as no word unless it is longer than this; without a word the wait
 *   begins with this or more
 */
export function nextBlock(
  said: number | null,
  previous: UpstreamBlock | null,
  reason: string,
  now: number,
  random: number,
  leastMs = 0,
): UpstreamBlock {
  const named = said !== null && said > now + leastMs;
  const strikes = named ? 0 : strikesWith(previous, now);
  const wait = named
    ? Math.min(said - now, LONGEST_NAMED_MS)
    : Math.min(Math.max(FIRST_WAIT_MS, leastMs) * 2 ** (strikes - 1), LONGEST_WAIT_MS);
  const since = previous !== null && previous.until > now ? previous.since : now;
  const added = LEAST_ADDED + (MOST_ADDED - LEAST_ADDED) * random;
  return { since, until: Math.ceil(now + wait * (1 + added)), reason, strikes };
}

/** Nothing is sent during a block, so a refusal that arrives then is of the same burst as the one that began it. */
function strikesWith(previous: UpstreamBlock | null, now: number): number {
  if (previous === null) return 1;
  return previous.until > now ? Math.max(1, previous.strikes) : previous.strikes + 1;
}
