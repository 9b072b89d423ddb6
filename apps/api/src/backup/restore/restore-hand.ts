import { TokenError } from '#accounts';
import { type LibraryPlaylist, type LibraryShape, type LibraryWrites, ProviderError } from '#listening';
import { isClosed, isFinal } from './refusal.js';
import type { ListWork, Named, PlaylistWork, Work } from './work.js';
import type { PlaylistMemory } from './playlist-memory.js';
import { movesInto } from './playlist-steps.js';
import { type Figures, NO_FIGURES, addCannot, addExample, sizeOf, sumOf } from './restore-report.js';

/** After so many calls of a part that were refused, what is refused together is not tried in halves any more. */
const MOST_REFUSED = 400;

export interface RestoreHandParts {
  writes: LibraryWrites;
  limits: NonNullable<LibraryShape['writes']>;
  memory: Pick<PlaylistMemory, 'intend' | 'remember'>;
  /** Before each call: says how far it is, and what comes now. Throws when no call should be made. */
  before: (hand: RestoreHand, coming: Figures) => Promise<void>;
}

/** Puts in, takes out and moves what there is to do of one part. A call whose outcome nobody knows ends it: the next look tells. */
export class RestoreHand {
  /** What was done, as far as it is known. */
  made: Figures = NO_FIGURES;
  /** What was asked for last, while nobody knows whether it was done. */
  inDoubt: Figures | null = null;
  /** The id of the playlist that is changed; null before, and for a list. */
  playlistId: string | null = null;
  isCreated = false;
  /** How many things were refused, and the rest of a part as one. */
  refused = 0;
  /** The first of those that were put in, by name. */
  readonly examples: string[] = [];
  hasAsked = false;
  private refusedCalls = 0;

  constructor(private readonly parts: RestoreHandParts) {}

  /** Whether something is other than it was. */
  get hasGotOn(): boolean {
    return this.isCreated || sizeOf(this.made) > 0;
  }

  /** What is refused for good is told in the report. @throws ProviderError, or what `before` throws */
  async carryOut(work: Work): Promise<void> {
    try {
      if (work.kind === 'list') await this.fillList(work);
      else await this.fillPlaylist(work);
    } catch (error) {
      if (!isClosed(error) && !isFinal(error)) throw error;
      this.refused += 1;
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
      await this.call({ remove: uris.length }, () => this.parts.writes.remove(uris));
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
      await this.save(work, [{ uri: playlist.uri, name: playlist.name, isMisplaced: false }]);
      return;
    }
    // Also when there is nothing to do with it: another may get the same name.
    if (work.target !== null && work.target !== playlist.id) await this.parts.memory.remember(playlist.id, work.target);
    if (report.action === 'nothing') return;
    const id = work.target ?? (await this.create(playlist, work.namesakes));
    this.playlistId = id;
    const { limits, writes } = this.parts;
    for (const some of chunksOf(steps.removals, limits.insertAtOnce)) {
      const uris = some.map(({ key }) => key);
      const remove = some.reduce((sum, { count }) => sum + count, 0);
      await this.call({ remove }, () => writes.removeEntries(id, uris));
    }
    /** Where those would stand that were refused: what comes after stands before its place. */
    const refused: number[] = [];
    for (const { position, keys } of steps.inserts) {
      const things = keys.map((uri, index) => {
        return { uri, name: work.names.get(uri) ?? uri, isMisplaced: false, place: position + index };
      });
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
      await this.call({ move: move.count }, () => writes.move(id, move));
    }
  }

  /** It is written down that it will be asked for, and then what it is called: one that nobody knows is never made twice. */
  private async create(playlist: LibraryPlaylist, namesakes: readonly string[]): Promise<string> {
    const { memory, writes } = this.parts;
    const { id, name, description, isPublic, isCollaborative } = playlist;
    const made = await this.call({}, async () => {
      await memory.intend(id, namesakes);
      // Whether it was shown is not always told; then it is not.
      return writes.createPlaylist({ name, description, isPublic: isPublic === true, isCollaborative });
    });
    this.isCreated = true;
    await memory.remember(id, made.id);
    return made.id;
  }

  /** @param coming what the call does */
  private async call<T>(coming: Partial<Figures>, ask: () => Promise<T>): Promise<T> {
    const figures = { ...NO_FIGURES, ...coming };
    await this.parts.before(this, figures);
    this.inDoubt = figures;
    this.hasAsked = true;
    try {
      const answer = await ask();
      this.made = sumOf(this.made, figures);
      this.inDoubt = null;
      return answer;
    } catch (error) {
      if (!mayBeDone(error)) this.inDoubt = null;
      throw error;
    }
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
      const uris = things.map(({ uri }) => uri);
      const misplaced = things.filter(({ isMisplaced }) => isMisplaced).length;
      await this.call({ add: things.length, misplaced }, () => how.put(uris, things));
      for (const { name } of things) addExample(this, name);
    } catch (error) {
      if (!isFinal(error)) throw error;
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

/** Whether nobody knows what has come of a call that has failed so. What was refused has no cause in a fault. */
function mayBeDone(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return true;
  // Without a token it was never sent.
  if (error.cause instanceof TokenError) return false;
  return error.code === 'upstream_timeout' || (error.code === 'upstream_error' && error.cause !== undefined);
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < all.length; start += size) chunks.push(all.slice(start, start + size));
  return chunks;
}
