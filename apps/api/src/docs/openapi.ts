import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { PROBLEMS } from '../problem/problem.js';
import { VERSION } from '../version.js';
import { OWNER_SESSION, OWNER_TOKEN } from './security-schemes.js';

/**
 * The description of every route, made from the routes themselves.
 *
 * @param cookieName of the owner's login
 */
export function describeApi(app: INestApplication, cookieName: string): OpenAPIObject {
  const codes = Object.entries(PROBLEMS).map(([code, { status, title }]) => `- \`${code}\` (${status}): ${title}.`);
  const description = [
    'What the owner of this service is listening to, and what they listened to before.',
    '',
    'Public reads need no login, may be read from any page that `CORS_ORIGINS` allows, and answer 304 to an `If-None-Match` that still holds. Times are ISO 8601 in UTC; what a provider cannot tell is null.',
    '',
    'Errors are problem documents (RFC 9457) with a `code` for programs and a `remedy` for people:',
    '',
    ...codes,
  ].join('\n');
  const config = new DocumentBuilder()
    .setTitle('Tonearm')
    .setVersion(VERSION)
    .setDescription(description)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This service')
    .addTag('Listening', 'What plays, what played, and the charts.')
    .addTag('Owner', "For the owner alone: with the owner's token, or logged in with a browser.")
    .addTag('Backups', "Copies of the owner's library, and how they are put back. For the owner alone.")
    .addTag('Operation', 'For those who run the service, and for programs that look for its routes.')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'text',
        description: "The owner's token (ADMIN_TOKEN). Public reads need none.",
      },
      OWNER_TOKEN,
    )
    .addCookieAuth(
      cookieName,
      { type: 'apiKey', in: 'cookie', description: 'Set by POST /admin/session.' },
      OWNER_SESSION,
    )
    .build();
  const document = SwaggerModule.createDocument(app, config);
  // Nothing is needed unless a route says so.
  document.security = [];
  return document;
}
