import type { Database } from '#database';
import type { LibraryPlaylist } from '#listening';

/** What is known of a playlist that was to be made anew. */
export interface MadeAnew {
  /** Null while nobody knows whether the upstream has made it. */
  targetId: string | null;
  /** Own playlists of its name that were there before. */
  knownBefore: readonly string[];
}

/** Which playlists stand in for those of backups that are gone, in one account, over all restores. */
export class PlaylistMemory {
  constructor(
    private readonly database: Database,
    private readonly provider: string,
    private readonly accountId: string,
  ) {}

  /** By the id that they have in backups. */
  async all(): Promise<Map<string, MadeAnew>> {
    const { provider, accountId } = this;
    const rows = await this.database.prisma.restoredPlaylist.findMany({ where: { provider, accountId } });
    return new Map(rows.map(({ sourceId, targetId, knownBefore }) => [sourceId, { targetId, knownBefore }]));
  }

  /** It is asked for now: whatever becomes of the call, it can be found again. */
  async intend(sourceId: string, knownBefore: readonly string[]): Promise<void> {
    await this.keep(sourceId, { targetId: null, knownBefore: [...knownBefore], askedAt: new Date() });
  }

  async remember(sourceId: string, targetId: string): Promise<void> {
    await this.keep(sourceId, { targetId, knownBefore: [] });
  }

  private async keep(
    sourceId: string,
    data: { targetId: string | null; knownBefore: string[]; askedAt?: Date },
  ): Promise<void> {
    const key = { provider: this.provider, accountId: this.accountId, sourceId };
    await this.database.prisma.restoredPlaylist.upsert({
      where: { provider_accountId_sourceId: key },
      create: { ...key, ...data },
      update: data,
    });
  }
}

/** The playlist itself, or the one that was made in its place. */
export function targetOf(
  { id, name }: LibraryPlaylist,
  own: readonly LibraryPlaylist[],
  namesakes: readonly string[],
  anew: ReadonlyMap<string, MadeAnew>,
): LibraryPlaylist | null {
  const byId = (wanted: string | null) => own.find((playlist) => playlist.id === wanted) ?? null;
  const known = anew.get(id);
  if (byId(id) || !known) return byId(id);
  if (known.targetId !== null) return byId(known.targetId);
  // It was asked for, and the answer never came: what has appeared since under that name is it. One in which something is
  // was made by somebody else, for nothing is put in before it is known.
  const taken = new Set([...anew.values()].map(({ targetId }) => targetId));
  const isIt = (id: string): boolean => !known.knownBefore.includes(id) && !taken.has(id) && byId(id)?.total === 0;
  return name === '' ? null : byId(namesakes.find(isIt) ?? null);
}
