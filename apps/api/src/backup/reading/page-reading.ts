import { type BulkheadPolicy, bulkhead } from 'cockatiel';
import type { LibraryPage } from '#listening';
import type { Claim } from '../backup-store.js';
import { LeftOut, doubtText } from './lacks.js';
import type { KeptPage, ReadingStore } from './reading-store.js';
import type { Settlement } from './settlement.js';
import { together } from './together.js';

/** A list that changes while it is read is read so often. */
export const MOST_ATTEMPTS = 3;

/** Why a list may lack something of which nothing else can be said. */
export const CHANGING = 'it changed each time that it was read';

/** A list that is read page by page. */
export interface Paged<Entry = unknown> {
  /** Under which its pages are kept. */
  key: string;
  pageSize: number;
  version: string | null;
  /** Whether pages are asked for by how many entries come before them; else each tells where the next begins. */
  byOffset: boolean;
  /** What no two of its entries have in common; null where the same may be there twice. */
  distinctBy: 'uri' | 'id' | null;
  /** Whether more is counted than can be read. */
  isPart: boolean;
  /** How many more were counted than shown in the backup before; null when all was well, or nobody knows. */
  lackedBefore: number | null;
  ask: (at: string | null) => Promise<LibraryPage<Entry>>;
}

interface Doubt {
  /** As the middle of a sentence. */
  why: string;
  /** How many more are counted than shown; null when nobody knows. */
  lack: number | null;
}

export interface PageReadingParts {
  claim: Claim;
  store: ReadingStore;
  /** Calls to the upstream at once. */
  concurrency: number;
  /** Ends it between two calls, with the reason that is given. */
  signal: AbortSignal;
  /** Throws when no more calls should be made for now. */
  allow: () => void;
}

/** Reads pages into the database. Whatever was kept before is not asked for again. */
export class PageReading {
  /** Why nothing more is asked for. */
  failure: Error | null = null;
  /** A page is kept before the next one is asked for in its lane: each lane loses one page at most when this is killed. */
  private readonly lanes: BulkheadPolicy;
  /** Entries of pages that are kept, or about to be, by list. */
  private readonly done = new Map<string, number>();

  constructor(private readonly parts: PageReadingParts) {
    this.lanes = bulkhead(parts.concurrency, Number.POSITIVE_INFINITY);
  }

  /** All of a list, until its pages tell of the same list and what is there is what is counted; or why it may lack something. */
  async whole(paged: Paged): Promise<Settlement> {
    const { claim, store } = this.parts;
    let before: string | null = null;
    for (let attempt = 1; ; attempt += 1) {
      const { total, isSteady } = await (paged.byOffset ? this.byOffset(paged) : this.chain(paged));
      const doubt = isSteady ? await this.doubtOf(paged, total) : { why: CHANGING, lack: null };
      if (doubt === null) return { outcome: 'read', total };
      const { why, lack } = doubt;
      // What the upstream says twice it says again.
      if (lack !== null && lack === paged.lackedBefore) return { outcome: 'read', total, told: doubtText(why, true) };
      const told = doubtText(why);
      if (attempt === MOST_ATTEMPTS || (isSteady && told === before))
        return { outcome: 'read', total: isSteady ? total : null, told };
      before = told;
      await store.forgetPages(claim, paged.key);
    }
  }

  /** One page, in its lane. */
  async fetch(paged: Paged, number: number, at = offsetOf(paged, number)): Promise<KeptPage> {
    return this.inLane(async () => this.keep(paged, number, await this.call(() => paged.ask(at))));
  }

  inLane<T>(work: () => Promise<T>): Promise<T> {
    return this.lanes.execute(work);
  }

  /** A call to the upstream, by who has a lane; none is begun after something has failed for good. */
  async call<T>(ask: () => Promise<T>): Promise<T> {
    if (this.failure !== null) throw this.failure;
    return this.noting(async () => {
      this.parts.signal.throwIfAborted();
      this.parts.allow();
      return ask();
    });
  }

  /** As many pages at once as there are lanes. */
  private async byOffset(paged: Paged): Promise<{ total: number | null; isSteady: boolean }> {
    const kept = await this.keptOf(paged);
    const first = kept.get(0) ?? (await this.fetch(paged, 0));
    const { total } = first;
    if (total === null) return this.chain(paged);
    const numbers = Array.from({ length: Math.ceil(total / paged.pageSize) }, (_, number) => number);
    const missing = numbers.filter((number) => number > 0 && !kept.has(number));
    const fetched = await together(missing.map((number) => () => this.fetch(paged, number)));
    return { total, isSteady: [...kept.values(), ...fetched].every((page) => page.total === total) };
  }

  private async chain(paged: Paged): Promise<{ total: number | null; isSteady: boolean }> {
    const kept = await this.keptOf(paged);
    let page: KeptPage | null = null;
    for (let number = 0, at: string | null = null; number === 0 || at !== null; number += 1) {
      const start: string | null = at;
      page = kept.get(number) ?? (await this.fetch(paged, number, start));
      at = page.next;
    }
    return { total: page?.total ?? null, isSteady: true };
  }

  /** What makes one doubt that all of it is kept; null when nothing does. */
  private async doubtOf({ key, distinctBy, isPart }: Paged, total: number | null): Promise<Doubt | null> {
    if (isPart) return null;
    const { entries, repeated } = await this.parts.store.tally(this.parts.claim, key, distinctBy);
    const lack = total === null ? null : total - entries;
    if (lack) return { why: `the provider counts ${total} of it and shows ${entries}`, lack };
    return repeated > 0 ? { why: `the provider shows ${repeated} of it more than once`, lack } : null;
  }

  /** Pages of it that were kept: what is read from here on is counted on top of them. */
  private async keptOf({ key, version }: Paged): Promise<Map<number, KeptPage>> {
    const all = await this.parts.store.pages(this.parts.claim, key);
    const kept = new Map([...all].filter(([, page]) => page.version === version));
    this.done.set(
      key,
      [...kept.values()].reduce((sum, { count }) => sum + count, 0),
    );
    return kept;
  }

  private async keep({ key, version }: Paged, number: number, page: LibraryPage<unknown>): Promise<KeptPage> {
    const { claim, store } = this.parts;
    const count = page.entries.length;
    const done = (this.done.get(key) ?? 0) + count;
    this.done.set(key, done);
    // Of a chart there are more than are kept.
    const total = page.next === null && number === 0 ? count : page.total;
    // Also after something else has failed: it need not be asked for again.
    await this.noting(() => store.keep(claim, { list: key, number, version, page }, { list: key, done, total }));
    return { number, total: page.total, next: page.next, version, count };
  }

  /** Notes what fails for good. */
  private async noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LeftOut)) this.failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}

function offsetOf({ pageSize }: Paged, number: number): string | null {
  return number === 0 ? null : String(number * pageSize);
}
