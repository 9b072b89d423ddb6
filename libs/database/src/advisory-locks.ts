/** First half of every advisory lock key that this room takes, so that ours meet nobody else's. */
const TONEARM = 0x746e6172;

/** Held by the one service that owns an embedded cluster, for as long as it lives. Arguments of `pg_*advisory_lock`. */
export const SERVICE_LOCK: readonly [number, number] = [TONEARM, 1];

/** Held while migrations are applied. Arguments of `pg_*advisory_lock`. */
export const MIGRATION_LOCK: readonly [number, number] = [TONEARM, 2];

/** Prisma's own, held by the connection that applies migrations, until its last script has ended. */
export const ENGINE_LOCK = 72707369;
