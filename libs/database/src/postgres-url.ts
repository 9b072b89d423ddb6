const POSTGRES_URL =
  /^postgres(ql)?:\/\/([^@:/?#\s]*(:[^@:/?#\s]*)?@)?(\[[0-9a-f:.]+\]|[^@:/?#\s[\]]*)(:\d{1,5})?(\/[^@:/?#\s]*)?(\?(?!(.*&)?[^=&]*@)[^#\s]*)?$/i;

/**
 * Whether this is the address of a Postgres with its parts where they seem to be. A password with `@`, `/`, `?` or `#` in it
 * moves them: it would end the host early, and a part of it be told as the host or the database.
 */
export function isPostgresUrl(text: string): boolean {
  return POSTGRES_URL.test(text);
}
