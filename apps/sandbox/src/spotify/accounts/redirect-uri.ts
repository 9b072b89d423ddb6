const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=[/?#]|$)/;

/** Whether codes may go there: https, a scheme of an app's own, or http to this machine by its number. */
export function isSecureRedirect(uri: string): boolean {
  const host = /^https?:\/\/(\[[^\]]*\]|[^/?#:]*)/i.exec(uri)?.[1]?.toLowerCase();
  if (host === 'localhost') return false;
  return !/^http:/i.test(uri) || loopback.test(uri);
}

/** Whether an app has registered this address: letter by letter, but one of this machine without a port means any port. */
export function isRegisteredRedirect(uri: string, registered: readonly string[]): boolean {
  return registered.includes(uri) || (loopback.test(uri) && registered.includes(uri.replace(loopback, 'http://$1')));
}
