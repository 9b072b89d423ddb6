// JavaScript, because test/all.mjs asks too, and runs without a compiler.
import { existsSync } from 'node:fs';

/** Where systems keep it. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The Chromium that browser tests use: the one that the environment names in CHROMIUM, else the system's. Undefined when
 * there is none.
 *
 * @throws Error when CHROMIUM names a file that is not there
 */
export function findBrowser() {
  const named = process.env.CHROMIUM;
  if (!named) return PLACES.find((place) => existsSync(place));
  if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which is not there.`);
  return named;
}
