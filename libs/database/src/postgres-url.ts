const POSTGRES_URL =
  /^postgres(ql)?:\/\/([^@:/?#\s]*(:[^@:/?#\s]*)?@)?(\[[0-9a-f:.]+\]|[^@:/?#,\s[\]]*)(:\d{1,5})?(\/[^@:/?#\s]*)?(\?(?!(.*&)?[^=&]*@)[^#\s]*)?$/i;

/**
 * Whether this is the address of a Postgres with its parts where they seem to be. A password with `@`, `/`, `?` or `#` in it
 * moves them: it would end the host early, and a part of it be told as the host or the database. Of one host: the driver takes
 * several for a single name.
 */
export function isPostgresUrl(text: string): boolean {
  return POSTGRES_URL.test(text);
}

/**
 * The same with `sslmode=verify-full` where it names another mode with which the driver looks at the certificate just so, but
 * warns at each start that a later version of it will not. With `uselibpqcompat` it does not even now.
 */
export function withVerifiedTls(url: string): string {
  if (/[?&]uselibpqcompat=/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/g, '$1verify-full');
}
