// JavaScript, because whoever decides what runs may ask too, before there is a compiler.
import { existsSync } from 'node:fs';

/** Where systems keep it. */
const PLACES = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'];

/**
 * The nginx that the tests of its configuration use: the one that the environment names in NGINX, else the system's.
 * Undefined when there is none.
 *
 * @throws Error when NGINX names a file that is not there
 */
export function findNginx() {
  const named = process.env.NGINX;
  if (!named) return PLACES.find((place) => existsSync(place));
  if (!existsSync(named)) throw new Error(`NGINX names ${named}, which is not there.`);
  return named;
}
