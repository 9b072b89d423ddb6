import { DatabaseError } from '../database-error.js';

/** NAMEDATALEN is 64 and counts the byte that ends a name. LISTEN would shorten a longer one, and pg_notify refuse it. */
const LONGEST_CHANNEL = 63;
/** Postgres wants less than 8000. */
const LONGEST_PAYLOAD = 7_999;

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

/** @throws DatabaseError `notification_payload_invalid` */
export function checkPayload(channel: string, payload: string): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes > LONGEST_PAYLOAD) {
    throw new DatabaseError(
      'notification_payload_invalid',
      `A notification on ${channel} has ${bytes} bytes, and Postgres takes at most ${LONGEST_PAYLOAD}.`,
      'Store what is long in a table, and notify only which row it is.',
    );
  }
  if (!isPostgresText(payload)) {
    throw new DatabaseError(
      'notification_payload_invalid',
      `A notification on ${channel} holds a NUL character or half of a surrogate pair, which Postgres cannot carry.`,
      'Encode it, for example as JSON or base64.',
    );
  }
}

function isPostgresText(text: string): boolean {
  return !text.includes('\0') && Buffer.from(text).toString() === text;
}
