import { Inject, Injectable } from '@nestjs/common';
import type { Database, Notifications } from '#database';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { parseCurrentlyPlaying, writeCurrentlyPlaying } from './currently-playing.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';

const CHANNEL = 'now_playing';
/** A leader that does not renew its lease for so long is gone. */
const LEASE_MS = 9_000;

/** A leader renews its lease more often than this. */
const SILENT_MS = 4_000;

/** Somebody who comes after such a pause sees what plays now, not what played at the last poll. */
export const ARRIVAL_MS = 60_000;

/** What plays as all processes know it. Times are ages by the clock of the database, so that no two clocks are compared. */
export interface Snapshot {
  /** Null while nothing is known. */
  document: CurrentlyPlaying | null;
  /** Who has answered; null when nobody has. */
  provider: string | null;
  /** `RunningProvider.subject` of who has answered. */
  subject: string | null;
  generation: number;
  /** How long ago that was read without trouble; null for never. */
  readAgoMs: number | null;
  /** How long ago the song was first seen; null when there is none. */
  seenAgoMs: number | null;
  /** How long ago the upstream was asked; null for never. */
  checkedAgoMs: number | null;
  /** For how long it is told as it is; negative for how long it should not have been. */
  freshForMs: number;
  /** How long ago somebody looked, at any process; null for never. */
  lookedAgoMs: number | null;
  /** Whether this process watches the upstream for all. */
  leads: boolean;
  /** Whether another one does. */
  isLed: boolean;
}

export interface Landing {
  document: CurrentlyPlaying;
  provider: string | null;
  subject: string | null;
  generation: number;
  readAgoMs: number | null;
  seenAgoMs: number | null;
  freshForMs: number;
  /** Whether the others need to hear of it. */
  isNews: boolean;
}

/** What a process wants of those that there are. */
export interface Bid {
  /** How long ago somebody looked at it; null for never. */
  lookedAgoMs: number | null;
  /** As far as it has heard. A leader that has told nothing of this one yet, and is silent, is gone the sooner. */
  generation: number;
}

interface Row {
  document: string | null;
  provider: string | null;
  subject: string | null;
  generation: number;
  read_ago: number | null;
  seen_ago: number | null;
  checked_ago: number | null;
  fresh_for: number | null;
  looked_ago: number | null;
  leads: boolean;
  led: boolean;
}

/** Where what plays is kept for all processes and the next start, and who of them asks the upstream. */
@Injectable()
export class SnapshotStore {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
    private readonly settings: PlatformSettings,
  ) {}

  /** @param heard is called when there may be another snapshot */
  onNews(heard: () => void): void {
    this.notifications.listen(CHANNEL, heard);
  }

  /**
   * Reads the snapshot. One that is too old for whoever has come is not fresh from then on, for any process, and the leader
   * hears of it.
   *
   * @param bid takes the lead if nobody has it, and says how long ago somebody looked at this process; null only reads
   */
  async sync(process: string, bid: Bid | null): Promise<Snapshot> {
    let hasExpired = false;
    if (bid) {
      await this.database.prisma.$executeRaw`
        UPDATE now_playing
        SET leader = ${process}::uuid, lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
        WHERE leader IS NULL OR leader = ${process}::uuid OR lease_until < now()
          -- By a clock that was ahead; nobody may live who could prolong it.
          OR lease_until > now() + ${2 * LEASE_MS}::float8 * interval '1 ms'
          OR generation < ${bid.generation} AND lease_until < now() + ${LEASE_MS - SILENT_MS}::float8 * interval '1 ms'`;
      if (bid.lookedAgoMs !== null) {
        const [told] = await this.database.prisma.$queryRaw<{ expired: boolean }[]>`
          UPDATE now_playing
          SET looked_at = now() - ${bid.lookedAgoMs}::float8 * interval '1 ms',
            fresh_until = CASE WHEN is_old THEN now() - interval '1 s' ELSE fresh_until END
          FROM (
            SELECT coalesce(greatest(checked_at, looked_at + ${bid.lookedAgoMs}::float8 * interval '1 ms')
              < now() - ${ARRIVAL_MS}::float8 * interval '1 ms', false) AS is_old
            FROM now_playing
          ) AS before
          WHERE looked_at IS NULL OR looked_at < now() - (${bid.lookedAgoMs}::float8 + 1000) * interval '1 ms'
          RETURNING is_old AS expired`;
        hasExpired = told?.expired ?? false;
      }
    }
    const [row] = await this.database.prisma.$queryRaw<Row[]>`
      SELECT document, provider, subject, generation,
        (extract(epoch FROM now() - read_at) * 1000)::float8 AS read_ago,
        (extract(epoch FROM now() - seen_at) * 1000)::float8 AS seen_ago,
        (extract(epoch FROM now() - checked_at) * 1000)::float8 AS checked_ago,
        (extract(epoch FROM fresh_until - now()) * 1000)::float8 AS fresh_for,
        (extract(epoch FROM now() - looked_at) * 1000)::float8 AS looked_ago,
        coalesce(leader = ${process}::uuid AND lease_until > now(), false) AS leads,
        coalesce(leader <> ${process}::uuid AND lease_until > now(), false) AS led
      FROM now_playing`;
    if (!row) throw new Error('The row of what plays is gone.');
    if (hasExpired && row.led) await this.notifications.notify(CHANNEL);
    return {
      document: row.document === null ? null : parseCurrentlyPlaying(row.document, this.settings.notPlayingImageUrl),
      provider: row.provider,
      subject: row.subject,
      readAgoMs: row.read_ago,
      seenAgoMs: row.seen_ago,
      generation: row.generation,
      checkedAgoMs: row.checked_ago,
      freshForMs: row.fresh_for ?? Number.NEGATIVE_INFINITY,
      lookedAgoMs: row.looked_ago,
      leads: row.leads,
      isLed: row.led,
    };
  }

  /** Keeps what the leader has found. @returns false when this process does not lead any more, and nothing was kept */
  async land(process: string, found: Landing): Promise<boolean> {
    const { document, provider, subject, generation, readAgoMs, seenAgoMs, freshForMs, isNews } = found;
    const landed = await this.database.prisma.$executeRaw`
      UPDATE now_playing
      SET document = ${writeCurrentlyPlaying(document, this.settings.notPlayingImageUrl)}, provider = ${provider}, subject = ${subject},
        generation = ${generation}, checked_at = now(),
        read_at = now() - ${readAgoMs}::float8 * interval '1 ms', seen_at = now() - ${seenAgoMs}::float8 * interval '1 ms',
        fresh_until = now() + ${freshForMs}::float8 * interval '1 ms',
        lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
      WHERE leader = ${process}::uuid AND generation <= ${generation}`;
    if (landed > 0 && isNews) await this.notifications.notify(CHANNEL);
    return landed > 0;
  }

  /** Another process may lead at once. */
  async release(process: string): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE now_playing SET leader = NULL, lease_until = NULL WHERE leader = ${process}::uuid`;
  }

  /** No process but this one uses the database: whoever led before is gone. */
  async depose(): Promise<void> {
    await this.database.prisma.$executeRaw`UPDATE now_playing SET leader = NULL, lease_until = NULL`;
  }
}
