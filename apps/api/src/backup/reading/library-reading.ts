import { bulkhead } from 'cockatiel';
import {
  type LibraryEntry,
  type LibraryList,
  type LibraryPlaylist,
  type LibraryReads,
  type LibraryShape,
  PLAYLIST_PAGE,
  ProviderError,
} from '#listening';
import type { Archive } from '../archive/archive.js';
import type { ArchivedList } from '../archive/documents.js';
import { playlistList, unknownPlaylistList } from '../archive/list-names.js';
import type { Omission } from '../backup-row.js';
import type { Claim } from '../backup-store.js';
import {
  type PlaylistBefore,
  isAsGood,
  isOutdated,
  lackOf,
  partAfter,
  playlistsIn,
  standsIn,
} from './backup-before.js';
import {
  BY_TURNS,
  LeftOut,
  MOST_REFUSALS,
  NothingRead,
  READ_ANEW,
  closedOmission,
  doubtText,
  isPassing,
  isRefusal,
  refusedOmission,
} from './lacks.js';
import { CHANGING, MOST_ATTEMPTS, type Paged, PageReading } from './page-reading.js';
import { PLAYLIST_INDEX, type ReadingStore, type SettledList } from './reading-store.js';
import { type OrOmit, type Place, type Settlement, isNothingRead } from './settlement.js';
import { together } from './together.js';
import { drawn, readAgain, turnsOf } from './turns.js';

/** Playlists, and what is in them. */
const BY_PAGES = { pageSize: PLAYLIST_PAGE, byOffset: true, isPart: false };

export interface ReadingParts {
  claim: Claim;
  /** The id of the account whose library it is. */
  account: string;
  shape: LibraryShape;
  reads: LibraryReads;
  store: ReadingStore;
  /** The backup before, of the same account; null when there is none, or everything is read anew. */
  earlier: Archive | null;
  /** Lists of it that were found to be damaged. */
  damaged: ReadonlySet<string>;
  /** Calls to the upstream at once. */
  concurrency: number;
  /** Ends it between two calls, with the reason that is given. */
  signal: AbortSignal;
  /** Throws when no more calls should be made for now. */
  allow: () => void;
  /** How often a list was refused by now, with this time. */
  noteRefusal: (list: string) => Promise<number>;
}

/**
 * Reads a library into the database, page by page, and each list is settled when it is whole. Whatever was kept before is
 * not asked for again, so it goes on where it was interrupted.
 */
export class LibraryReading {
  private readonly pages: PageReading;
  /** Playlists of the earlier backup, by their id. */
  private before: ReadonlyMap<string, PlaylistBefore> = new Map();
  /** Lists that are read again although nothing tells that they have changed. */
  private again: ReadonlySet<string> = new Set();
  /** Whether nothing is taken over that cannot be told at once to be as it was. */
  private hasMoved = false;
  /** What is settled and was not given out yet, by its place. */
  private readonly ready = new Map<number, SettledList>();
  /** Why a list waits for the next attempt, which comes after a pause. */
  private waiting: ProviderError | null = null;
  /** Whoever waits for the next of them looks again. */
  private wake: () => void = () => undefined;
  private isOver = false;

  constructor(private readonly parts: ReadingParts) {
    this.pages = new PageReading(parts);
  }

  /**
   * Gives each list out when it is settled, in the order of their places, and goes on reading meanwhile. Who takes no more
   * of them ends it.
   *
   * @throws ProviderError, ClaimLost, or the reason of the signal
   */
  async *run(): AsyncGenerator<SettledList> {
    // It may fail while nobody waits for it.
    const reading = Promise.allSettled([this.read()]).then(([outcome]) => {
      this.isOver = true;
      this.wake();
      return outcome;
    });
    try {
      for (let place = 0; ; place += 1) {
        while (!this.ready.has(place) && !this.isOver) await new Promise<void>((resolve) => (this.wake = resolve));
        const next = this.ready.get(place);
        if (!next) break;
        this.ready.delete(place);
        yield next;
      }
      const outcome = await reading;
      if (outcome.status === 'rejected') throw outcome.reason;
    } finally {
      this.pages.failure ??= new Error('Nobody takes what is read.');
      await reading;
    }
  }

  private async read(): Promise<void> {
    const { account, claim, earlier, shape, store } = this.parts;
    const done = await store.settled(claim);
    for (const one of done) this.ready.set(one.place, one);
    this.wake();
    const at = Date.now();
    this.before = await playlistsIn(earlier, at);
    const settled = new Set(done.map(({ list }) => list));
    if (earlier) {
      const turns = turnsOf(shape, earlier, at);
      this.hasMoved = isOutdated(earlier.manifest, at) && (await this.isOther(turns.charts[0], settled));
      this.again = readAgain(this.before, { ...turns, account, at, hasMoved: this.hasMoved });
    }
    const lists = shape.lists.map((list, place) => async () => {
      if (!settled.has(list.name)) await this.settleList(list, place);
    });
    const isIndexLeftOut = done.some(({ list, outcome }) => list === PLAYLIST_INDEX && outcome === 'omitted');
    const playlists = (): Promise<void> => this.settlePlaylists(shape.lists.length, settled);
    // Side by side: short lists would leave calls unused that longer ones have a use for.
    await together(shape.hasPlaylists && !isIndexLeftOut ? [...lists, playlists] : lists);
    const failure = this.pages.failure ?? this.waiting;
    if (failure) throw failure;
    if (isNothingRead(await store.settled(claim), shape)) throw new NothingRead();
  }

  /** Whether a chart, which is read for it, is another one than before. Of none, as when it is refused, nothing follows. */
  private async isOther(name: string | undefined, settled: Set<string>): Promise<boolean> {
    const { earlier, shape } = this.parts;
    const place = shape.lists.findIndex((list) => list.name === name);
    const chart = shape.lists[place];
    if (!earlier || !chart) return false;
    this.again = new Set([chart.name]);
    if (!settled.has(chart.name)) await this.settleList(chart, place);
    // What is read meanwhile would be taken over as if it had not moved.
    if (this.waiting) throw this.waiting;
    settled.add(chart.name);
    const now = await this.keptEntries(chart.name);
    if (now.length === 0) return false;
    return now.length !== earlier.list(chart.name)?.count || !(await standsIn(earlier, chart.name, now));
  }

  private async settleList(list: LibraryList, place: number): Promise<void> {
    const at = { list: list.name, place, what: list.title, playlist: null };
    await this.settleOrOmit(at, async (orOmit) => {
      const chart = list.order === 'chart' && !this.again.has(list.name) ? this.listBefore(list.name) : null;
      if (chart) return { outcome: 'carried', total: chart.total, readAt: chart.readAt };
      const ask = (from: string | null) =>
        orOmit(() => this.parts.reads.list(list.name, from, { signal: this.parts.signal }));
      const { name, pageSize, byOffset } = list;
      const isPart = list.order === 'chart';
      const paged: Paged<LibraryEntry> = {
        key: name,
        pageSize,
        version: null,
        byOffset,
        distinctBy: 'uri',
        isPart,
        lackedBefore: lackOf(this.parts.earlier?.list(name)),
        ask,
      };
      if (!isPart && (await this.isCarried(list, at, paged))) return null;
      return this.pages.whole(paged);
    });
  }

  /** Settles a list as that of before, if it is; that its first part is the same says so of most lists. */
  private async isCarried(list: LibraryList, at: Place, paged: Paged<LibraryEntry>): Promise<boolean> {
    const { claim, earlier, store } = this.parts;
    const { name, order, pageSize } = list;
    const known = this.listBefore(name);
    const kept = await store.pages(claim, name);
    // With more of them it is being read already.
    if (!earlier || !known || kept.size > 1) return false;
    const { total } = kept.get(0) ?? (await this.pages.fetch(paged, 0));
    if (total === null || total !== known.total) return false;
    if (!(await standsIn(earlier, name, await this.keptEntries(name)))) return false;
    if (order === 'none' && total > pageSize && this.again.has(name))
      return this.isSameFurtherOn(list, at, paged, known);
    await this.settleRead(at, { outcome: 'carried', total, told: known.missing });
    return true;
  }

  /** The same for a list in which something new may stand anywhere: by one more of its parts, another one each day. */
  private async isSameFurtherOn(
    list: LibraryList,
    at: Place,
    paged: Paged<LibraryEntry>,
    known: ArchivedList,
  ): Promise<boolean> {
    const { earlier } = this.parts;
    if (!earlier || this.hasMoved) return false;
    const { name, pageSize } = list;
    const { count, total } = known;
    const starts = Array.from({ length: Math.ceil(count / pageSize) - 1 }, (_, number) => (number + 1) * pageSize);
    const [from = 0] = drawn(starts, Date.now());
    const start = await partAfter(earlier, list, from);
    if (start === null) return false;
    return this.pages.inLane(async () => {
      const { entries } = await this.pages.call(() => paged.ask(start));
      const isSame =
        entries.length === Math.min(pageSize, count - from) && (await standsIn(earlier, name, entries, from));
      if (isSame) await this.settleRead(at, { outcome: 'carried', total, told: known.missing });
      return isSame;
    });
  }

  private async keptEntries(name: string): Promise<LibraryEntry[]> {
    const entries: LibraryEntry[] = [];
    for await (const entry of this.parts.store.entries(this.parts.claim, name)) entries.push(entry);
    return entries;
  }

  /** As it was before; null when it may not be whole, for that does not become better by taking it over. */
  private listBefore(name: string): ArchivedList | null {
    const { damaged, earlier } = this.parts;
    const known = damaged.has(name) ? null : (earlier?.list(name) ?? null);
    return known && (known.order === 'chart' || isAsGood(known, Date.now())) ? known : null;
  }

  private async settlePlaylists(firstPlace: number, settled: ReadonlySet<string>): Promise<void> {
    const { claim, earlier, reads, signal, store } = this.parts;
    if (!settled.has(PLAYLIST_INDEX)) {
      const at = { list: PLAYLIST_INDEX, place: firstPlace, what: 'Playlists', playlist: null };
      const isSettled = await this.settleOrOmit(at, (orOmit) => {
        const ask = (from: string | null) => orOmit(() => reads.playlists(from, { signal }));
        const lackedBefore = lackOf(earlier?.manifest.playlists);
        return this.pages.whole({
          ...BY_PAGES,
          key: PLAYLIST_INDEX,
          version: null,
          distinctBy: 'id',
          lackedBefore,
          ask,
        });
      });
      if (!isSettled) return;
    }
    const index = await store.playlists(claim);
    // One more than there are lanes: while one waits for the database, the others ask.
    const some = bulkhead(this.parts.concurrency + 1, Number.POSITIVE_INFINITY);
    await together(
      index.map((playlist, at) => async () => {
        const list = playlist ? playlistList(playlist.id) : unknownPlaylistList(at + 1);
        if (settled.has(list)) return;
        const place = firstPlace + 1 + at;
        await some.execute(async () => {
          if (this.pages.failure) throw this.pages.failure;
          if (playlist) {
            await this.settlePlaylist(playlist, { list, place, what: `Playlist “${playlist.name}”`, playlist });
            return;
          }
          const reason = 'The upstream lists it and tells nothing about it.';
          const omission = { what: `Playlist ${at + 1} of the list`, reason, remedy: null, isPassing: false };
          const detail = { from: null, omission, playlist: null };
          await this.settle({ list, place, outcome: 'omitted', total: null, readAt: new Date(), detail });
        });
      }),
    );
  }

  private async settlePlaylist(playlist: LibraryPlaylist, at: Place): Promise<void> {
    const { account, claim, damaged, reads, signal, store } = this.parts;
    await this.settleOrOmit(at, async (orOmit) => {
      const before = damaged.has(at.list) ? undefined : this.before.get(playlist.id);
      const { total } = playlist;
      if (before?.version === playlist.version) {
        const { standing, told } = before;
        if (standing === 'good') return { outcome: 'carried', total, told };
        if (standing === 'closed' && playlist.owner.id !== account && !this.again.has(at.list))
          return { outcome: 'omitted', total, told };
      }
      const paged = { ...BY_PAGES, key: at.list, distinctBy: null, lackedBefore: before?.lack ?? null };
      const [begun] = (await store.pages(claim, at.list)).values();
      // One that moved while it was read was begun anew with another version than the list of playlists has.
      let version = begun?.version ?? playlist.version;
      for (let attempt = 1; ; attempt += 1) {
        const ask = (from: string | null) => orOmit(() => reads.playlistEntries(playlist.id, from, { signal }));
        const settlement = await this.pages.whole({ ...paged, version, ask });
        // A page by itself is what the playlist was at one moment.
        if ((settlement.total ?? 0) <= PLAYLIST_PAGE) return { ...settlement, version };
        const look = () => this.pages.call(() => orOmit(() => reads.playlistVersion(playlist.id, { signal })));
        const now = await this.pages.inLane(look);
        if (now === version) return { ...settlement, version };
        if (attempt === MOST_ATTEMPTS) return { ...settlement, version, told: doubtText(CHANGING) };
        version = now;
      }
    });
  }

  /**
   * Settles what was read, unless `read` has done so, or why it cannot be: that by `orOmit`, in the lane of the call that
   * was refused, so that no other one is under way before it is known for good.
   *
   * @returns whether it was read
   */
  private async settleOrOmit(at: Place, read: (orOmit: OrOmit) => Promise<Settlement | null>): Promise<boolean> {
    let omitting: Promise<void> | null = null;
    const orOmit: OrOmit = async (ask) => {
      if (omitting === null) {
        try {
          return await ask();
        } catch (error) {
          const omission = this.omissionFor(error, at);
          if (omission === null || !(error instanceof ProviderError)) throw error;
          // Refused in two lanes, it is refused once.
          omitting ??= this.omitOrWait(at, omission, error);
        }
      }
      await omitting;
      throw new LeftOut(at.list);
    };
    try {
      const settlement = await read(orOmit);
      if (settlement) await this.settleRead(at, settlement);
      return true;
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      return false;
    }
  }

  /** Why it would be left out; null for an error that ends the attempt. */
  private omissionFor(error: unknown, at: Place): Omission | null {
    return closedOmission(error, at.what) ?? refusedOmission(error, at.what, this.wasRefused(at));
  }

  /** Leaves a list out, and settles that; of what is refused not before it has been some times, with a pause after each. */
  private async omitOrWait(at: Place, omission: Omission, error: ProviderError): Promise<void> {
    const { noteRefusal } = this.parts;
    const isForGood = !omission.isPassing || this.wasRefused(at);
    if (isForGood || (await noteRefusal(at.list)) >= MOST_REFUSALS) await this.omit(at, omission);
    else this.waiting ??= error;
  }

  private wasRefused(at: Place): boolean {
    return isRefusal(this.toldBefore(at) ?? '');
  }

  /** Why nothing of it is in the backup before, or why it may lack something there. */
  private toldBefore({ what, playlist }: Place): string | null {
    if (playlist) return this.before.get(playlist.id)?.told ?? null;
    return this.parts.earlier?.manifest.omissions.find((omission) => omission.what === what)?.reason ?? null;
  }

  private async omit({ list, place, playlist }: Place, omission: Omission): Promise<void> {
    await this.parts.store.forgetPages(this.parts.claim, list);
    const detail = { from: null, omission, playlist };
    const total = playlist?.total ?? null;
    await this.settle({ list, place, outcome: 'omitted', total, readAt: new Date(), detail });
  }

  private async settleRead(
    { list, place, what, playlist }: Place,
    { outcome, total, readAt, version, told = null }: Settlement,
  ): Promise<void> {
    const remedy = outcome === 'omitted' ? BY_TURNS : READ_ANEW;
    const omission = told === null ? null : { what, reason: told, remedy, isPassing: isPassing(told) };
    await this.settle({
      list,
      place,
      outcome,
      total,
      readAt: readAt ?? new Date(),
      detail: {
        from: outcome === 'carried' ? (this.parts.earlier?.name ?? null) : null,
        omission,
        playlist: playlist && { ...playlist, version: version ?? playlist.version },
      },
    });
  }

  private async settle(settled: SettledList): Promise<void> {
    await this.parts.store.settle(this.parts.claim, settled);
    this.ready.set(settled.place, settled);
    this.wake();
  }
}
