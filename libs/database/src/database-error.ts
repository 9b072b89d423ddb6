/**
 * Why the database could not be opened, or did not do what was asked. The list is closed: a new cause gets a new code.
 *
 * - `database_url_invalid`: `DATABASE_URL` is not a Postgres URL.
 * - `database_unreachable`: nothing answered at `DATABASE_URL` in time.
 * - `database_refused`: the server answered and said no (login, database name, TLS).
 * - `database_not_empty`: the database holds tables that are not ours.
 * - `database_newer`: a newer Tonearm has migrated this database.
 * - `migration_changed`: a migration file differs from the one that was applied.
 * - `migration_incomplete`: a migration failed in an earlier start.
 * - `migration_failed`: a migration failed just now.
 * - `migration_lock_timeout`: another process holds the migration lock for too long.
 * - `installation_incomplete`: files that belong to Tonearm are missing.
 * - `platform_unsupported`: there is no embedded Postgres for this machine.
 * - `account_missing`: started as root and there is no unprivileged account for Postgres.
 * - `data_dir_in_use`: another service works on the same `DATA_DIR`.
 * - `data_dir_unusable`: `DATA_DIR`, or something in it, cannot be read, written or entered.
 * - `cluster_password`: the embedded Postgres and its password file do not belong together.
 * - `cluster_version`: the cluster was made by another major version of Postgres.
 * - `cluster_init_failed`: initdb failed.
 * - `server_start_failed`: the embedded Postgres ended while starting.
 * - `server_unresponsive`: the embedded Postgres runs but does not answer.
 * - `notification_channel_invalid`: Postgres has no notification channel of such a name.
 * - `notification_failed`: Postgres did not take a notification.
 * - `notifications_closed`: notifications were closed and are wanted again.
 */
export type DatabaseErrorCode =
  | 'database_url_invalid'
  | 'database_unreachable'
  | 'database_refused'
  | 'database_not_empty'
  | 'database_newer'
  | 'migration_changed'
  | 'migration_incomplete'
  | 'migration_failed'
  | 'migration_lock_timeout'
  | 'installation_incomplete'
  | 'platform_unsupported'
  | 'account_missing'
  | 'data_dir_in_use'
  | 'data_dir_unusable'
  | 'cluster_password'
  | 'cluster_version'
  | 'cluster_init_failed'
  | 'server_start_failed'
  | 'server_unresponsive'
  | 'notification_channel_invalid'
  | 'notification_failed'
  | 'notifications_closed';

/**
 * The database cannot be opened, or not do what was asked. `message` is the cause and `remedy` what a person can do about it; both are whole
 * sentences and neither ever holds a user name, a password or a connection string.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    readonly code: DatabaseErrorCode,
    cause: string,
    readonly remedy: string,
  ) {
    super(cause);
  }
}
