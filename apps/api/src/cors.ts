import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { listOf } from './settings/setting-checks.js';

type CorsOptions = NonNullable<Parameters<NestFastifyApplication['enableCors']>[0]>;

/** Addresses that no page of another origin may read, whatever CORS_ORIGINS says. */
const OWNERS = /^\/(admin|auth|callback)(\/|$)/;

/**
 * Lets pages of other origins read the public routes, and nothing else.
 *
 * @param setting `*`, or origins with commas
 */
export function corsFor(setting: string): CorsOptions {
  // As browsers write them.
  const allowed = setting === '*' ? '*' : listOf(setting).map((origin) => new URL(origin).origin);
  return {
    delegator: (request, done) => {
      done(null, { ...READING, origin: OWNERS.test(pathOf(request.url)) ? false : allowed });
    },
  };
}

/** The path as the router reads it: decoded, and of an address with a host too. */
function pathOf(url: string): string {
  const [path = ''] = url.replace(/^https?:\/\/[^/]*/i, '').split(/[?#]/);
  try {
    return decodeURIComponent(path);
  } catch {
    // The router refuses it.
    return path;
  }
}

const READING = {
  methods: ['GET', 'HEAD'],
  // By Date a page tells how far its visitor's clock is off.
  exposedHeaders: ['ETag', 'Date', 'Age', 'Cache-Status', 'Retry-After'],
  maxAge: 86_400,
  // An OPTIONS that is no preflight is answered like one, and not with a line of text.
  strictPreflight: false,
};
