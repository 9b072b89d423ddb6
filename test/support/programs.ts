import { existsSync } from 'node:fs';

/** A program that some tests need, and that not every machine has. */
interface Program {
  name: string;
  /** What the environment names it by. */
  variable: string;
  /** What Debian installs it by. */
  package: string;
  /** Where systems keep it. */
  places: readonly string[];
  /** The tests that need it. */
  tests: string;
}

export const CHROMIUM: Program = {
  name: 'Chromium',
  variable: 'CHROMIUM',
  package: 'chromium',
  places: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  tests: 'test/browser/**',
};

export const NGINX: Program = {
  name: 'nginx',
  variable: 'NGINX',
  package: 'nginx-light',
  places: ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'],
  tests: 'test/proxy/**',
};

/**
 * The one that the environment names, else the system's. Undefined when there is none.
 *
 * @throws Error when the environment names a file that is not there
 */
export function find({ variable, places }: Program): string | undefined {
  const named = process.env[variable];
  if (!named) return places.find((place) => existsSync(place));
  if (!existsSync(named)) throw new Error(`${variable} names ${named}, which is not there.`);
  return named;
}

/** Those that are not here. */
export function missing(): Program[] {
  return [CHROMIUM, NGINX].filter((program) => find(program) === undefined);
}
