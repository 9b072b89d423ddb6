import { Inject, Injectable, Logger } from '@nestjs/common';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Profile } from '#listening';
import type { Provider } from '#providers';
import { reasonOf } from '../logging.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { VERSION } from '../version.js';
import { Archive, archiveNames, folderFault, listArchives, removeArchive } from './archive/archive.js';
import { ArchiveError, writeFailure } from './archive/archive-error.js';
import { ArchiveWriter, type ReadFacts } from './archive/archive-writer.js';
import type { ArchivedPlaylist } from './archive/documents.js';
import { PLAYLISTS } from './archive/file-names.js';
import { keptOmissions, keptText } from './archive/kept.js';
import { playlistIn } from './archive/list-names.js';
import { discardForgotten, discardPartials } from './archive/partial-folder.js';
import { verify } from './archive/verify.js';
import type { Account, Omission, Summary } from './backup-row.js';
import { BackupStore, type Claim, type Made } from './backup-store.js';
import { isAll } from './reading/backup-before.js';
import { isPassing, isToldTwice } from './reading/lacks.js';
import { PLAYLIST_INDEX, ReadingStore, type SettledList } from './reading/reading-store.js';

/** Less than a playlist that is empty. */
const NO_ENTRIES = -1;
/** Whoever still writes something that nobody knows any more has found that out by then. */
const FORGOTTEN_MS = 86_400_000;

/** Backups on disk. */
@Injectable()
export class BackupFiles {
  private readonly logger = new Logger('Backup');
  private readonly folder: string;

  constructor(
    private readonly store: BackupStore,
    private readonly readings: ReadingStore,
    @Inject(PlatformSettings) { BACKUP_DIR, DATA_DIR }: PlatformSettings,
  ) {
    this.folder = BACKUP_DIR ?? join(DATA_DIR, 'backups');
  }

  /** @throws ArchiveError `not_writable` */
  async checkWritable(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await access(this.folder, constants.W_OK);
    } catch (error) {
      throw writeFailure(error, 'looking at the folder');
    }
  }

  /** @throws ArchiveError */
  open(name: string): Promise<Archive> {
    return Archive.open(this.folder, name);
  }

  /** The newest of an account that another one can build on; null when there is none. */
  async latest(providerId: string, accountId: string): Promise<Archive | null> {
    try {
      const spoiled = new Set((await this.store.spoiled(providerId)).map(({ name }) => name));
      for (const archive of await listArchives(this.folder)) {
        const { account, provider } = archive.manifest;
        if (provider.id !== providerId || account.id !== accountId || spoiled.has(archive.name)) continue;
        if (await isSound(archive)) return archive;
        this.logger.warn(`${archive.name} is damaged: the next backup does not build on it.`);
      }
      return null;
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      this.logger.warn(`Earlier backups cannot be looked at (${reasonOf(error)}): everything is read anew.`);
      return null;
    }
  }

  /**
   * What is wrong with the folder; null when all is well. Not even one backup is there when its disk is not.
   *
   * @param names of backups that should be there
   */
  async fault(names: readonly string[]): Promise<string | null> {
    const fault = await folderFault(this.folder, names);
    return fault && `${fault.message} ${fault.remedy}`;
  }

  /** Why the folder is not that of the backups that are made; null when it is. */
  async folderFault(others: readonly string[] = []): Promise<ArchiveError | null> {
    return folderFault(this.folder, [...(await this.store.names('kept')), ...others]);
  }

  /**
   * @param others that should be there too
   * @throws ArchiveError when not even one of those that are made is there: it says nothing about any of them
   */
  async expectFolder(...others: readonly string[]): Promise<void> {
    const fault = await this.folderFault(others);
    if (fault) throw fault;
  }

  /**
   * Backups in the folder that are not among these. One that cannot be read, or is dated ahead, is passed over.
   *
   * @throws ArchiveError
   */
  async *others(known: ReadonlySet<string>): AsyncGenerator<{ archive: Archive; made: Made }> {
    const now = new Date();
    for (const name of await archiveNames(this.folder)) {
      if (known.has(name)) continue;
      try {
        const archive = await this.open(name);
        if (archive.isAhead(now)) {
          this.logger.debug(`${name} is passed over: it is dated ahead.`);
          continue;
        }
        const { omissions } = archive.manifest;
        const summary = await summaryOf(
          archive,
          omissions.map((omission) => ({ ...omission, remedy: null, isPassing: isPassing(omission.reason) })),
        );
        const state = omissions.length > 0 ? 'complete_with_omissions' : 'complete';
        yield { archive, made: { state, summary: { ...summary, findings: [], verifiedAt: null } } };
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
        this.logger.debug(`${name} is passed over (${reasonOf(error)}).`);
      }
    }
  }

  /**
   * Which of these have most of some playlist, of those that the newest list of playlists that is whole names: the newest
   * that has all of it, or else the one with most entries. And those of which nobody can say what they have.
   *
   * @param names of backups of one account, the newest first
   */
  async holders(names: readonly string[]): Promise<Set<string>> {
    const holders = new Set<string>();
    const found = new Set<string>();
    const wanted = new Map<string, { count: number; holder: string }>();
    let areAllNamed = false;
    for (const name of names) {
      if (areAllNamed && wanted.size === 0) break;
      const playlists = await this.playlistsOf(name);
      if (playlists === null) holders.add(name);
      for (const { playlist, json, ...facts } of playlists ?? []) {
        if (!playlist || found.has(playlist.id) || (areAllNamed && !wanted.has(playlist.id))) continue;
        const { id } = playlist;
        if (json !== null && isAll(facts)) {
          holders.add(name);
          found.add(id);
          wanted.delete(id);
          continue;
        }
        const count = json === null ? NO_ENTRIES : (facts.count ?? 0);
        const known = wanted.get(id);
        if (!known || count > known.count) wanted.set(id, { count, holder: name });
      }
      areAllNamed ||= await this.namesAllPlaylists(name);
    }
    for (const { count, holder } of wanted.values()) if (count !== NO_ENTRIES) holders.add(holder);
    return holders;
  }

  private async namesAllPlaylists(name: string): Promise<boolean> {
    try {
      const { playlists } = (await this.open(name)).manifest;
      return playlists !== null && (isAll(playlists) || (playlists.missing !== null && isToldTwice(playlists.missing)));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      return false;
    }
  }

  /** None of what is not there any more; null when they cannot be read. */
  private async playlistsOf(name: string): Promise<ArchivedPlaylist[] | null> {
    const playlists: ArchivedPlaylist[] = [];
    try {
      for await (const playlist of (await this.open(name)).playlists()) playlists.push(playlist);
      return playlists;
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      if (error.code === 'not_an_archive') return [];
      this.logger.warn(`The playlists of ${name} cannot be looked at: it is kept (${reasonOf(error)}).`);
      return null;
    }
  }

  /** What attempts to write it have left. @throws ArchiveError */
  async discard(name: string): Promise<void> {
    await discardPartials(this.folder, name);
  }

  /** Its files, if there are any. @throws ArchiveError */
  async remove(name: string): Promise<void> {
    await this.discard(name);
    try {
      await removeArchive(this.folder, name);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.code === 'not_an_archive')) throw error;
    }
  }

  /**
   * Writes lists as files while the others are read, and looks through all of them.
   *
   * @param lists in the order of their places
   * @throws ArchiveError; CannotCarry; whatever the lists come to grief with; or the reason of the signal
   */
  async write(
    claim: Claim,
    lists: AsyncIterable<SettledList>,
    facts: { provider: Provider; profile: Profile; account: Account; earlier: Archive | null; signal: AbortSignal },
  ): Promise<Made> {
    // A process that was killed may have got this far.
    const archive = (await this.own(claim)) ?? (await this.writeAnew(claim, lists, facts));
    facts.signal.throwIfAborted();
    this.logger.debug(`${claim.backup.name} is written.`);
    return this.check(archive, await this.omissions(claim));
  }

  /** Looks through the files of a backup. @param omissions what is known not to be in it */
  async check(archive: Archive, omissions: readonly Omission[]): Promise<Made> {
    const { findings, verdict } = await verify(archive);
    const summary = await summaryOf(archive, omissions, verdict === 'failed');
    const kept = findings.map(({ file, what }) => ({ file: keptText(file), what: keptText(what) }));
    return { state: verdict, summary: { ...summary, findings: kept, verifiedAt: new Date() } };
  }

  private async own({ backup }: Claim): Promise<Archive | null> {
    try {
      const archive = await this.open(backup.name);
      return archive.manifest.id === backup.id ? archive : null;
    } catch (error) {
      if (error instanceof ArchiveError && error.code === 'not_an_archive') return null;
      throw error;
    }
  }

  private async omissions(claim: Claim): Promise<Omission[]> {
    return (await this.readings.settled(claim)).flatMap(({ detail }) => detail.omission ?? []);
  }

  private async writeAnew(
    claim: Claim,
    lists: AsyncIterable<SettledList>,
    { provider, profile, account, earlier, signal }: Parameters<BackupFiles['write']>[2],
  ): Promise<Archive> {
    const { backup } = claim;
    // The disk may have gone since it was looked at, and what is made in its place hides that.
    if (!backup.newFolder) await this.expectFolder();
    await this.discardForgotten();
    const writer = await ArchiveWriter.begin(this.folder, backup.name, earlier ? [earlier] : []);
    try {
      await writer.writeProfile(profile);
      let index: SettledList | null = null;
      const missing: string[] = [];
      for await (const one of lists) {
        signal.throwIfAborted();
        if (playlistIn(one.list) !== null) {
          if (!(await this.writePlaylist(writer, claim, one, earlier))) missing.push(one.list);
        } else if (one.outcome === 'omitted') continue;
        else if (one.list === PLAYLIST_INDEX) index = one;
        else if (!(await this.writeList(writer, claim, one, provider, earlier))) missing.push(one.list);
      }
      if (missing.length > 0) throw new CannotCarry(missing);
      return await writer.finish({
        id: backup.id,
        provider: { id: provider.id, name: provider.displayName },
        account,
        startedAt: backup.startedAt ?? backup.createdAt,
        finishedAt: new Date(),
        playlists: index ? readFacts(index) : null,
        omissions: await this.omissions(claim),
        software: `Tonearm ${VERSION}`,
      });
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }

  /** What attempts have left that ended while nobody could take it away: the process was killed, or the disk was away. */
  private async discardForgotten(): Promise<void> {
    try {
      const underWay = new Set(await this.store.names('under way'));
      await discardForgotten(this.folder, underWay, new Date(Date.now() - FORGOTTEN_MS));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      this.logger.warn(`What is left of earlier attempts cannot be taken away (${reasonOf(error)}).`);
    }
  }

  /** @param from where it is taken over from @returns false when it is not there, or not whole */
  private async writeList(
    writer: ArchiveWriter,
    claim: Claim,
    settled: SettledList,
    { library }: Provider,
    from: Archive | null,
  ): Promise<boolean> {
    const list = library?.lists.find(({ name }) => name === settled.list);
    if (!list) return true;
    if (settled.outcome === 'carried') return from !== null && (await writer.carryList(list.name, from));
    await writer.writeList(
      { name: list.name, title: list.title, order: list.order, ...readFacts(settled) },
      this.readings.entries(claim, list.name),
    );
    return true;
  }

  /** Like `writeList`. */
  private async writePlaylist(
    writer: ArchiveWriter,
    claim: Claim,
    settled: SettledList,
    from: Archive | null,
  ): Promise<boolean> {
    const { playlist, omission } = settled.detail;
    if (playlist === null || settled.outcome === 'omitted') {
      await writer.addUnreadPlaylist(playlist, omission?.reason ?? 'It could not be read.');
      return true;
    }
    if (settled.outcome === 'carried') return from !== null && (await writer.carryPlaylist(playlist, from));
    await writer.writePlaylist(playlist, readFacts(settled), this.readings.entries(claim, settled.list));
    return true;
  }
}

/** @param isDamaged whether files may be gone that it had */
async function summaryOf(
  archive: Archive,
  omissions: readonly Omission[],
  isDamaged = false,
): Promise<Pick<Summary, 'counts' | 'lacking' | 'omissions' | 'bytes'>> {
  const { lists, playlists } = archive.manifest;
  const counted = [...lists, ...(playlists ? [{ ...playlists, name: PLAYLIST_INDEX }] : [])];
  const bytes = await archive.size().catch((error: unknown) => {
    if (!(isDamaged && error instanceof ArchiveError && error.code === 'damaged')) throw error;
    return 0;
  });
  return {
    counts: Object.fromEntries(counted.map(({ name, count }) => [name, count])),
    lacking: counted.flatMap(({ name, missing }) => (missing === null ? [] : [name])),
    omissions: keptOmissions(omissions),
    bytes,
  };
}

/** Whether what a backup says of itself and its playlists is what was written. */
async function isSound(archive: Archive): Promise<boolean> {
  try {
    await archive.expectIntact((path) => path === PLAYLISTS);
    return true;
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'damaged') return false;
    throw error;
  }
}

/** What was to be taken over from an earlier backup is not there any more, or not whole: it has to be read. */
export class CannotCarry extends Error {
  override readonly name = 'CannotCarry';

  constructor(readonly lists: readonly string[]) {
    super(`${lists.length} of its lists cannot be taken over from the earlier backup (${lists[0]} is one).`);
  }
}

function readFacts({ readAt, total, detail }: SettledList): ReadFacts {
  return { readAt, total, missing: detail.omission?.reason ?? null };
}
