/**
 * The Chromium that browser tests use: the one that the environment names in CHROMIUM, else the system's. Undefined when
 * there is none.
 *
 * @throws Error when CHROMIUM names a file that is not there
 */
export function findBrowser(): string | undefined;
