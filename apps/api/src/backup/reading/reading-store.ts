import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '#database';
import type { LibraryEntry, LibraryPage, LibraryPlaylist } from '#listening';
import { DATABASE } from '../../database/database.module.js';
import { type Detail, type Progress, keptEntry, parseDetail, parsePlaylist } from '../backup-row.js';
import type { Claim } from '../backup-store.js';
import { LEASE_MS, expectHeld } from '../jobs/library-jobs.js';

/** As many pages are fetched together when they are written out. */
const PAGES_AT_ONCE = 10;

/** Under which the list of playlists is kept. */
export const PLAYLIST_INDEX = 'playlists';

export type Outcome = 'read' | 'carried' | 'omitted';

/** A list that needs no more reading. */
export interface SettledList {
  list: string;
  place: number;
  outcome: Outcome;
  /** As the upstream counts. */
  total: number | null;
  readAt: Date;
  detail: Detail;
}

/** What is known of a page that is kept. */
export interface KeptPage {
  number: number;
  total: number | null;
  next: string | null;
  version: string | null;
  /** How many entries it has. */
  count: number;
}

/** What a backup that is under way has read: its pages, and which lists need no more reading. */
@Injectable()
export class ReadingStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** In the order of their places. */
  async settled({ backup }: Claim): Promise<SettledList[]> {
    const rows = await this.database.prisma.backupList.findMany({
      where: { backupId: backup.id },
      orderBy: { place: 'asc' },
    });
    return rows.map(({ list, place, outcome, total, readAt, detail }) => ({
      list,
      place,
      outcome: outcome === 'carried' || outcome === 'omitted' ? outcome : 'read',
      total,
      readAt,
      detail: parseDetail(detail),
    }));
  }

  /** @throws ClaimLost */
  async settle({ backup, fence }: Claim, settled: SettledList): Promise<void> {
    const { list, place, outcome, total, detail, readAt } = settled;
    expectHeld(
      await this.database.prisma.$executeRaw`
        INSERT INTO backup_lists (backup_id, list, place, outcome, total, read_at, detail)
        SELECT id, ${list}, ${place}, ${outcome}, ${total}, ${readAt}, ${JSON.stringify(detail)}::jsonb
        FROM backups WHERE id = ${backup.id}::uuid AND fence = ${fence} AND state = 'running'
        ON CONFLICT (backup_id, list) DO UPDATE SET outcome = EXCLUDED.outcome, detail = EXCLUDED.detail`,
    );
  }

  /** What was to be taken over from another backup than this has to be looked at again. */
  async forgetCarried({ backup, fence }: Claim, from: string | null): Promise<void> {
    await this.database.prisma.$executeRaw`
      DELETE FROM backup_lists USING backups
      WHERE backup_id = id AND id = ${backup.id}::uuid AND fence = ${fence}
        AND outcome = 'carried' AND detail ->> 'from' IS DISTINCT FROM ${from}`;
  }

  /** They have to be read. */
  async forgetSettled({ backup, fence }: Claim, lists: readonly string[]): Promise<void> {
    await this.database.prisma.$executeRaw`
      DELETE FROM backup_lists USING backups
      WHERE backup_id = id AND id = ${backup.id}::uuid AND fence = ${fence} AND list = ANY(${[...lists]})`;
  }

  /**
   * How many entries are kept of a list.
   *
   * @param distinctBy the field that no two should have in common; null when any may be there twice
   */
  async tally(
    { backup }: Claim,
    list: string,
    distinctBy: string | null,
  ): Promise<{ entries: number; repeated: number }> {
    const [row] = await this.database.prisma.$queryRaw<{ entries: number; repeated: number }[]>`
      SELECT count(*)::int AS entries,
        (count(entry ->> ${distinctBy}::text) - count(DISTINCT entry ->> ${distinctBy}::text))::int AS repeated
      FROM backup_pages, jsonb_array_elements(entries) AS entry
      WHERE backup_id = ${backup.id}::uuid AND list = ${list}`;
    return row ?? { entries: 0, repeated: 0 };
  }

  /** By number. */
  async pages({ backup }: Claim, list: string): Promise<Map<number, KeptPage>> {
    const rows = await this.database.prisma.$queryRaw<KeptPage[]>`
      SELECT number, total, next, version, jsonb_array_length(entries) AS count
      FROM backup_pages WHERE backup_id = ${backup.id}::uuid AND list = ${list}`;
    return new Map(rows.map((row) => [row.number, row]));
  }

  /**
   * What was kept of a list, in its order; some pages in memory at a time.
   *
   * @throws Error for what another version has kept
   */
  async *entries(claim: Claim, list: string): AsyncGenerator<LibraryEntry> {
    for await (const value of this.values(claim, list)) yield keptEntry(value);
  }

  /** What was kept of the list of playlists; null for each of which nothing is told. */
  async playlists(claim: Claim): Promise<(LibraryPlaylist | null)[]> {
    const seen = new Set<string>();
    const playlists: (LibraryPlaylist | null)[] = [];
    for await (const value of this.values(claim, PLAYLIST_INDEX)) {
      const playlist = parsePlaylist(value);
      // One that moved while the list was read stands on two pages.
      if (playlist && seen.has(playlist.id)) continue;
      if (playlist) seen.add(playlist.id);
      playlists.push(playlist);
    }
    return playlists;
  }

  private async *values({ backup }: Claim, list: string): AsyncGenerator {
    let last = -1;
    for (;;) {
      const rows = await this.database.prisma.backupPage.findMany({
        where: { backupId: backup.id, list, number: { gt: last } },
        orderBy: { number: 'asc' },
        take: PAGES_AT_ONCE,
        select: { number: true, entries: true },
      });
      for (const { entries } of rows) if (Array.isArray(entries)) yield* entries;
      if (rows.length < PAGES_AT_ONCE) return;
      last = rows.at(-1)?.number ?? last;
    }
  }

  /**
   * Keeps a page, and how far that is, in one statement. With the first page of another version those of the one before go.
   *
   * @throws ClaimLost
   */
  async keep(
    { backup, fence }: Claim,
    page: { list: string; number: number; version: string | null; page: LibraryPage<unknown> },
    progress: Progress,
  ): Promise<void> {
    const { list, number, version } = page;
    const { entries, total, next } = page.page;
    expectHeld(
      await this.database.prisma.$executeRaw`
        WITH held AS (
          UPDATE backups
          SET progress = ${JSON.stringify(progress)}::jsonb, setbacks = 0,
            lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
          WHERE id = ${backup.id}::uuid AND fence = ${fence} AND state = 'running' RETURNING id
        ), outdated AS (
          DELETE FROM backup_pages USING held
          WHERE backup_id = held.id AND list = ${list} AND number > 0 AND ${number} = 0
            AND version IS DISTINCT FROM ${version}
        )
        INSERT INTO backup_pages (backup_id, list, number, entries, total, next, version)
        SELECT id, ${list}, ${number}, ${JSON.stringify(entries)}::jsonb, ${total}, ${next}, ${version} FROM held
        ON CONFLICT (backup_id, list, number) DO UPDATE
        SET entries = EXCLUDED.entries, total = EXCLUDED.total, next = EXCLUDED.next, version = EXCLUDED.version`,
    );
  }

  /** The list begins anew. */
  async forgetPages({ backup, fence }: Claim, list: string): Promise<void> {
    await this.database.prisma.$executeRaw`
      DELETE FROM backup_pages USING backups
      WHERE backup_id = id AND id = ${backup.id}::uuid AND fence = ${fence} AND list = ${list}`;
  }
}
