import { type LibraryPlaylist, type LibraryShape, type LibraryWrites, ProviderError } from '#listening';
import { type ListWork, type Named, type PlaylistWork, type Work, isClosed } from './library-restore.js';
import type { PlaylistMemory } from './playlist-memory.js';
import { movesInto } from './playlist-steps.js';
import { addCannot } from './restore-report.js';

/** After so many calls of a part that were refused, what is refused together is not tried in halves any more. */
const MOST_REFUSED = 400;

export interface RestoreHandParts {
  writes: LibraryWrites;
  limits: NonNullable<LibraryShape['writes']>;
  memory: Pick<PlaylistMemory, 'intend' | 'remember'>;
  /** Before each call: says how far it is. Throws when no call should be made. */
  before: (hand: RestoreHand) => Promise<void>;
}

/** Puts in, takes out and moves what there is to do of one part. A call whose outcome nobody knows ends it: the next look tells. */
export class RestoreHand {
  added = 0;
  removed = 0;
  /** The id of the playlist that is changed; null before, and for a list. */
  playlistId: string | null = null;
  /** How many things were refused. */
  refused = 0;
  private refusedCalls = 0;

  constructor(private readonly parts: RestoreHandParts) {}

  /** What is refused for good is told in the report. @throws ProviderError, or what `before` throws */
  async carryOut(work: Work): Promise<void> {
    try {
      if (work.kind === 'list') await this.fillList(work);
      else await this.fillPlaylist(work);
    } catch (error) {
      if (!isClosed(error) && !isRefused(error)) throw error;
      addCannot(work.report, { what: work.report.title, reason: error.message });
    }
  }

  private async fillList(work: ListWork): Promise<void> {
    const { saveAtOnce } = this.parts.limits;
    // The oldest first: what is put in later comes to stand above.
    for (let end = work.save.length; end > 0; end -= saveAtOnce) {
      await this.save(work, work.save.slice(Math.max(0, end - saveAtOnce), end));
    }
    for (const uris of chunksOf(work.remove, saveAtOnce)) {
      await this.parts.before(this);
      await this.parts.writes.remove(uris);
      this.removed += uris.length;
    }
  }

  private async save(work: Work, things: readonly Named[]): Promise<void> {
    await this.insertOrTell(work, things, {
      put: (uris) => this.parts.writes.save(uris),
      lastFirst: true,
    });
  }

  private async fillPlaylist(work: PlaylistWork): Promise<void> {
    const { playlist, report, steps } = work;
    if (playlist === null) return;
    if (report.action === 'follow') {
      await this.save(work, [{ uri: playlist.uri, name: playlist.name }]);
      return;
    }
    if (report.action === 'nothing') return;
    const id = work.target ?? (await this.create(playlist, work.namesakes));
    this.playlistId = id;
    const { limits, writes } = this.parts;
    for (const some of chunksOf(steps.removals, limits.insertAtOnce)) {
      await this.parts.before(this);
      await writes.removeEntries(
        id,
        some.map(({ key }) => key),
      );
      for (const { count } of some) this.removed += count;
    }
    /** Where those would stand that were refused: what comes after stands before its place. */
    const refused: number[] = [];
    for (const { position, keys } of steps.inserts) {
      const things = keys.map((uri, index) => ({ uri, name: work.names.get(uri) ?? uri, place: position + index }));
      for (const some of chunksOf(things, limits.insertAtOnce)) {
        await this.insertOrTell(work, some, {
          put: (uris, [first]) => writes.insert(id, uris, (first?.place ?? position) - refused.length),
          refuse: ({ place }) => refused.push(place),
          lastFirst: false,
        });
      }
    }
    const missing = new Set(refused);
    const order = steps.order.filter((_, at) => !missing.has(at));
    for (const move of movesInto(order, limits.insertAtOnce)) {
      await this.parts.before(this);
      await writes.move(id, move);
    }
  }

  /** It is written down that it will be asked for, and then what it is called: one that nobody knows is never made twice. */
  private async create(playlist: LibraryPlaylist, namesakes: readonly string[]): Promise<string> {
    const { memory, writes } = this.parts;
    const { id, name, description, isPublic, isCollaborative } = playlist;
    await this.parts.before(this);
    await memory.intend(id, namesakes);
    // Whether it was shown is not always told; then it is not.
    const made = await writes.createPlaylist({ name, description, isPublic: isPublic === true, isCollaborative });
    await memory.remember(id, made.id);
    return made.id;
  }

  /** One of them that is refused refuses the whole call: halves are tried until it is found. */
  private async insertOrTell<Thing extends Named>(
    work: Work,
    things: readonly Thing[],
    how: {
      put: (uris: string[], things: readonly Thing[]) => Promise<void>;
      refuse?: (thing: Thing) => void;
      lastFirst: boolean;
    },
  ): Promise<void> {
    try {
      await this.parts.before(this);
      await how.put(
        things.map(({ uri }) => uri),
        things,
      );
      this.added += things.length;
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.refusedCalls += 1;
      if (things.length > 1 && this.refusedCalls < MOST_REFUSED) {
        const middle = things.length >> 1;
        const halves = [things.slice(0, middle), things.slice(middle)];
        for (const half of how.lastFirst ? halves.reverse() : halves) await this.insertOrTell(work, half, how);
        return;
      }
      const others = things.length > 1 ? ` It was one of ${things.length} that were not tried one by one.` : '';
      for (const thing of things) {
        how.refuse?.(thing);
        this.refused += 1;
        addCannot(work.report, { what: thing.name, reason: `${error.message}${others}` });
      }
    }
  }
}

/** The upstream has said no, and nothing is done. After a fault, unlike this, there is a cause in the room of upstreams. */
function isRefused(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.code === 'upstream_error' && error.cause === undefined;
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < all.length; start += size) chunks.push(all.slice(start, start + size));
  return chunks;
}
