import { DatabaseError } from '../database-error.js';

/** NAMEDATALEN is 64 and counts the byte that ends a name. LISTEN would shorten a longer one, and pg_notify refuse it. */
const LONGEST_CHANNEL = 63;

/** @throws DatabaseError `notification_channel_invalid` */
export function checkChannel(channel: string): void {
  const bytes = Buffer.byteLength(channel);
  if (bytes > 0 && bytes <= LONGEST_CHANNEL && isPostgresText(channel)) return;
  throw new DatabaseError(
    'notification_channel_invalid',
    `Postgres has no notification channel of this name: ${JSON.stringify(channel)} (${bytes} bytes).`,
    `Name it with 1 to ${LONGEST_CHANNEL} bytes of UTF-8 without a NUL character.`,
  );
}

function isPostgresText(text: string): boolean {
  return !text.includes('\0') && Buffer.from(text).toString() === text;
}
