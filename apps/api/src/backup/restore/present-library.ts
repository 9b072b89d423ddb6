import { type BulkheadPolicy, bulkhead } from 'cockatiel';
import {
  type LibraryEntry,
  type LibraryList,
  type LibraryPage,
  type LibraryPlaylist,
  type LibraryReads,
  PLAYLIST_PAGE,
  ProviderError,
} from '#listening';
import { MOST_ATTEMPTS } from '../reading/page-reading.js';
import type { PresentEntry } from './playlist-steps.js';

/** Calls to the upstream at once: somebody waits for what a restore would do, and nothing of this is kept. */
const CALLS_AT_ONCE = 3;

/** The playlists that are there. */
export interface PresentPlaylists {
  byId: ReadonlyMap<string, LibraryPlaylist>;
  /** Whether there may be no others. */
  isWhole: boolean;
}

/** Nobody knows what is in a list, or in a playlist: what seems to lack of it may be there. */
export class InDoubt extends Error {
  override readonly name = 'InDoubt';

  constructor(total: number, shown: number) {
    super(
      `The provider counts ${total} of its entries and shows ${shown}: nothing is put in, for it may be there already.`,
    );
  }
}

interface Keyed {
  uri: string | null;
}

/** What an account keeps at this moment, as far as a restore has to know. */
export class PresentLibrary {
  private readonly lanes: BulkheadPolicy = bulkhead(CALLS_AT_ONCE, Number.POSITIVE_INFINITY);

  /**
   * @param signal ends it between two calls
   * @param allow throws when no more calls should be made for now
   */
  constructor(
    private readonly reads: LibraryReads,
    private readonly signal: AbortSignal,
    private readonly allow: () => void,
  ) {}

  /**
   * The URIs of a list in its order, empty for an entry without one.
   *
   * @param isKnown whether the first part tells already that the list is as it was
   * @param usualLack how many more are counted than shown when all is well, as far as that is known
   * @returns null when it does
   * @throws ProviderError, InDoubt
   */
  async list(
    { name, pageSize, byOffset }: LibraryList,
    isKnown: (first: readonly string[], total: number | null) => boolean,
    usualLack: number | null,
  ): Promise<string[] | null> {
    const ask = (at: string | null) => this.reads.list(name, at, { signal: this.signal });
    for (let attempt = 1; ; attempt += 1) {
      const first = await this.call(() => ask(null));
      if (isKnown(keysOf(first.entries), first.total)) return null;
      const { entries, isSteady } = byOffset
        ? await this.parts(first, pageSize, ask)
        : { entries: await this.chain(first, ask), isSteady: true };
      const doubt = doubtOf(first.total, shownOf(entries, usualLack), usualLack);
      if (doubt && attempt === MOST_ATTEMPTS) throw doubt;
      if (!doubt && (isSteady || attempt === MOST_ATTEMPTS)) return keysOf(entries);
    }
  }

  /** Without those that the upstream tells nothing about. @param usualLack see `list` @throws ProviderError */
  async playlists(usualLack: number | null): Promise<PresentPlaylists> {
    const ask = (at: string | null) => this.reads.playlists(at, { signal: this.signal });
    for (let attempt = 1; ; attempt += 1) {
      const first = await this.call(() => ask(null));
      const { entries, isSteady } = await this.parts(first, PLAYLIST_PAGE, ask);
      const told = entries.filter((playlist) => playlist !== null);
      const byId = new Map(told.map((playlist) => [playlist.id, playlist]));
      // One that is shown twice hides another.
      const shown = byId.size + entries.length - told.length;
      const isWhole = isSteady && doubtOf(first.total, shown, usualLack) === null;
      if (isWhole || attempt === MOST_ATTEMPTS) return { byId, isWhole };
    }
  }

  /**
   * The URIs of a playlist in order, empty for an entry without one, all as they were at one moment: what is put in by
   * its position must not be worked out from two.
   *
   * @param version the one it had when it was seen last
   * @param usualLack see `list`
   * @throws ProviderError, InDoubt
   */
  async playlistEntries(
    { id, version }: { id: string; version: string },
    usualLack: number | null,
  ): Promise<PresentEntry[]> {
    const ask = (at: string | null) => this.reads.playlistEntries(id, at, { signal: this.signal });
    let before = version;
    let doubt: InDoubt | null = null;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const first = await this.call(() => ask(null));
      const { entries, isSteady } = await this.parts(first, PLAYLIST_PAGE, ask);
      const { total } = first;
      doubt = isSteady ? doubtOf(total, entries.length, usualLack) : null;
      const isOnePage = (total ?? 0) <= PLAYLIST_PAGE;
      const after = isOnePage ? before : await this.call(() => this.reads.playlistVersion(id, { signal: this.signal }));
      if (!doubt && isSteady && after === before) return entries.map(presentEntry);
      before = after;
    }
    if (doubt) throw doubt;
    throw new ProviderError('upstream_error', {
      message: 'A playlist changed each time that it was looked at.',
      remedy: 'Nothing to do here: it is looked at again. Leave it alone until the restore has ended.',
    });
  }

  private async parts<Entry>(
    first: LibraryPage<Entry>,
    size: number,
    ask: (at: string | null) => Promise<LibraryPage<Entry>>,
  ): Promise<{ entries: Entry[]; isSteady: boolean }> {
    if (first.total === null) return { entries: await this.chain(first, ask), isSteady: true };
    const offsets = Array.from({ length: Math.ceil(first.total / size) }, (_, number) => number * size);
    let failure: Error | null = null;
    const running = offsets.slice(1).map((offset) =>
      this.call(async () => {
        if (failure) throw failure;
        try {
          return await ask(String(offset));
        } catch (error) {
          failure = error instanceof Error ? error : new Error(String(error));
          throw failure;
        }
      }),
    );
    await Promise.allSettled(running);
    const pages = [first, ...(await Promise.all(running))];
    return {
      entries: pages.flatMap(({ entries }) => entries),
      isSteady: pages.every(({ total }) => total === first.total),
    };
  }

  private async chain<Entry>(
    first: LibraryPage<Entry>,
    ask: (at: string | null) => Promise<LibraryPage<Entry>>,
  ): Promise<Entry[]> {
    const entries = [...first.entries];
    for (let at = first.next; at !== null;) {
      const start: string = at;
      const page = await this.call(() => ask(start));
      entries.push(...page.entries);
      at = page.next;
    }
    return entries;
  }

  private call<T>(ask: () => Promise<T>): Promise<T> {
    return this.lanes.execute(() => {
      this.signal.throwIfAborted();
      this.allow();
      return ask();
    });
  }
}

/** Null when all that is counted is shown, or as much of it as usual. */
function doubtOf(total: number | null, shown: number, usualLack: number | null): InDoubt | null {
  if (total === null || total <= shown || total - shown === usualLack) return null;
  return new InDoubt(total, shown);
}

/** What stands there twice hides something else, unless the list is known to be like that. */
function shownOf(entries: readonly Keyed[], usualLack: number | null): number {
  if (usualLack !== null) return entries.length;
  const named = entries.flatMap(({ uri }) => uri ?? []);
  return entries.length - named.length + new Set(named).size;
}

function presentEntry({ kind, uri }: LibraryEntry): PresentEntry {
  return { key: uri ?? '', canRemove: uri !== null && kind !== 'local' };
}

function keysOf(entries: readonly (Keyed | null)[]): string[] {
  return entries.map((entry) => entry?.uri ?? '');
}
