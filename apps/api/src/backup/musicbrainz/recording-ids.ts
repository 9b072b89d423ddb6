import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '#database';
import { DATABASE } from '../../database/database.module.js';
import { PlatformSettings } from '../../settings/platform.settings.js';

/** What is known is asked for again after so long, and what was unknown as well: MusicBrainz grows. */
const KEPT_DAYS = 180;
/** A process that says nothing for so long is gone; a call takes less. */
const LEASE_MS = 15_000;
/** Whoever waits longer than this for their turn was told to stay away. */
const REST_MS = 5_000;

/** How far the look-up has got. */
export interface RecordingFigures {
  /** ISRCs for which there are recordings. */
  known: number;
  /** ISRCs that MusicBrainz was asked for. */
  asked: number;
  /** ISRCs that backups have. */
  total: number;
  /** waiting: MusicBrainz does not answer, or wants to be left alone. */
  state: 'idle' | 'asking' | 'waiting';
}

/** What MusicBrainz has said of ISRCs, and whose turn it is to ask: of all processes one asks, at the pace of one. */
@Injectable()
export class RecordingIds {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly settings: PlatformSettings,
  ) {}

  get isOn(): boolean {
    return this.settings.MUSICBRAINZ === 'on';
  }

  /** The recordings of those that have some. */
  async of(isrcs: readonly string[]): Promise<Map<string, readonly string[]>> {
    if (isrcs.length === 0) return new Map();
    const rows = await this.database.prisma.$queryRaw<{ isrc: string; recording_ids: string[] }[]>`
      SELECT isrc, recording_ids FROM musicbrainz_isrcs
      WHERE isrc = ANY(${isrcs}::text[]) AND cardinality(recording_ids) > 0`;
    return new Map(rows.map(({ isrc, recording_ids }) => [isrc, recording_ids]));
  }

  async figures(): Promise<RecordingFigures> {
    const [row] = await this.database.prisma.$queryRaw<
      { known: number; asked: number; total: number; waits: boolean }[]
    >`
      SELECT count(*) FILTER (WHERE cardinality(recording_ids) > 0)::int AS known, count(asked_at)::int AS asked,
        count(*)::int AS total,
        coalesce((SELECT next_at > now() + ${REST_MS}::float8 * interval '1 ms' FROM musicbrainz_turn), false) AS waits
      FROM musicbrainz_isrcs`;
    const { waits = false, ...counts } = row ?? { known: 0, asked: 0, total: 0 };
    if (counts.asked === counts.total) return { ...counts, state: 'idle' };
    return { ...counts, state: waits ? 'waiting' : 'asking' };
  }

  /** Those that are new are to be asked for, and those that were asked for long ago once more. @param isrcs no one twice */
  async want(isrcs: readonly string[]): Promise<void> {
    await this.database.prisma.$executeRaw`
      INSERT INTO musicbrainz_isrcs (isrc) SELECT unnest(${isrcs}::text[])
      ON CONFLICT (isrc) DO UPDATE SET asked_at = NULL
      WHERE musicbrainz_isrcs.asked_at < now() - ${KEPT_DAYS}::float8 * interval '1 day'`;
  }

  /** One that is to be asked for: the next after this one, or the first; null when there is none, or nobody may ask for long. */
  async next(after: string): Promise<string | null> {
    const [row] = await this.database.prisma.$queryRaw<{ isrc: string | null }[]>`
      SELECT coalesce(
        (SELECT isrc FROM musicbrainz_isrcs WHERE asked_at IS NULL AND isrc > ${after} ORDER BY isrc LIMIT 1),
        (SELECT isrc FROM musicbrainz_isrcs WHERE asked_at IS NULL ORDER BY isrc LIMIT 1)) AS isrc
      FROM musicbrainz_turn WHERE next_at <= now() + ${REST_MS}::float8 * interval '1 ms'`;
    return row?.isrc ?? null;
  }

  async keep(isrc: string, recordingIds: readonly string[]): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_isrcs SET recording_ids = ${recordingIds}::text[], asked_at = now() WHERE isrc = ${isrc}`;
  }

  /** The newest backup of a provider that was not looked through yet; null when all were. */
  async unseenBackup(): Promise<{ id: string; name: string } | null> {
    const [row] = await this.database.prisma.$queryRaw<{ id: string; name: string }[]>`
      SELECT newest.id, newest.name FROM musicbrainz_turn, (
        SELECT DISTINCT ON (provider) id::text, name FROM backups
        WHERE state IN ('complete', 'complete_with_omissions') ORDER BY provider, created_at DESC) newest
      WHERE newest.id <> ALL(coalesce(seen_backups, '{}')) LIMIT 1`;
    return row ?? null;
  }

  /** It need not be looked through any more. Those that are gone are forgotten. */
  async noteSeen(backupId: string): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_turn SET seen_backups = array(
        SELECT id::text FROM backups WHERE id::text = ANY(seen_backups) OR id::text = ${backupId})`;
  }

  /** Takes the work on, or goes on with it. @returns false while another process has it */
  async hold(worker: string): Promise<boolean> {
    const held = await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_turn
      SET worker = ${worker}::uuid, lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
      WHERE worker IS NULL OR worker = ${worker}::uuid OR lease_until < now()`;
    return held > 0;
  }

  /**
   * The right to ask once, now.
   *
   * @param paceMs until the next one, for whichever process
   * @returns 0; or how long to wait before trying again, in milliseconds
   */
  async turn(worker: string, paceMs: number): Promise<number> {
    const taken = await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_turn
      SET next_at = now() + ${paceMs}::float8 * interval '1 ms',
        lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
      WHERE worker = ${worker}::uuid AND next_at <= now()`;
    if (taken > 0) return 0;
    const [row] = await this.database.prisma.$queryRaw<{ wait: number }[]>`
      SELECT (extract(epoch FROM next_at - now()) * 1000)::float8 AS wait FROM musicbrainz_turn`;
    return Math.max(row?.wait ?? paceMs, 1);
  }

  /** Nobody asks for so long. */
  async rest(restMs: number): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_turn SET next_at = greatest(next_at, now() + ${restMs}::float8 * interval '1 ms')`;
  }

  /** Another process may go on at once, when it is time. */
  async release(worker: string): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE musicbrainz_turn SET worker = NULL, lease_until = NULL WHERE worker = ${worker}::uuid`;
  }
}
