/**
 * Whether an OAuth server, also the strictest that is known here, sends people back to an address: https, or http to the
 * machine's own address in figures (RFC 8252 7.3 and 8.3). Spotify refuses "localhost" with either.
 *
 * @see https://developer.spotify.com/documentation/web-api/concepts/redirect_uri
 */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (hostname === 'localhost') return false;
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(hostname));
}
