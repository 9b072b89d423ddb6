import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { join } from 'node:path';
import type { Database } from '#database';
import type { AccountsTuning } from './accounts/index.js';
import { FastPath } from './answer/fast-path.js';
import { OwnerLogin } from './admin/index.js';
import { AppModule } from './app.module.js';
import { corsFor } from './cors.js';
import { ApiDescription } from './docs/api-description.js';
import { serveDocsPage } from './docs/docs-page.js';
import { describeApi } from './docs/openapi.js';
import { CallbackBodyDto } from './link/link.dto.js';
import { noteRoutes } from './problem/allowed-methods.js';
import { answerClientError } from './problem/client-error.js';
import { answerUnroutable } from './problem/problem.filter.js';
import { RequestPipe } from './problem/request-pipe.js';
import type { Settings } from './settings/read-settings.js';
import { INSTALLATION } from './version.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** Client ids have up to 200 signs. */
const LONGEST_NAME = 200;
/** Where `vite build` puts the pages. */
const PAGES = join(INSTALLATION, 'dist/apps/web');

/** The whole service, ready to listen. */
export async function createApp(
  settings: Settings,
  database: Database,
  logger: LoggerService,
  tuning: AccountsTuning = {},
): Promise<NestFastifyApplication> {
  const { CORS_ORIGINS, TRUST_PROXY, FAST_PATH } = settings.platform;
  const fastPath = new FastPath(FAST_PATH === 'on', CORS_ORIGINS === '*');
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnroutable,
    // Longer than the idle time of usual proxies: a connection must not end under a request that is on its way.
    keepAliveTimeout: 75_000,
    // No body that is read here takes longer to come.
    requestTimeout: 30_000,
    trustProxy: trustProxy(TRUST_PROXY),
    serverFactory: fastPath.createServer,
    routerOptions: { maxParamLength: LONGEST_NAME },
    schemaController: { compilersFactory: { buildValidator: compileNothing, buildSerializer: compileNothing } },
    // A request that came before the end is still answered; what comes after finds no listener.
    return503OnClosing: false,
  });
  noteRoutes(adapter.getInstance());
  // Text is no body of ours: it would be taken for JSON that is none.
  adapter.getInstance().removeContentTypeParser('text/plain');
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings, database, tuning, fastPath),
    adapter,
    {
      abortOnError: false,
      // Fastify reads JSON by itself. Forms are no bodies of ours.
      bodyParser: false,
      logger,
    },
  );
  // A front end hands on all that the upstream sent back.
  app.useGlobalPipes(new RequestPipe([CallbackBodyDto]));
  app.enableCors(corsFor(CORS_ORIGINS));
  await app.register(fastifyCookie);
  await app.register(fastifyHelmet, HEADERS);
  await app.register(fastifyStatic, {
    ...{ root: PAGES, wildcard: false, cacheControl: true, maxAge: '5m' },
    // Nobody goes on with files as small as these, and a part that is not there would be a fault of the asker's.
    acceptRanges: false,
  });
  // Browsers ask for it where a document names none, such as a card that is opened by itself.
  adapter.getInstance().get('/favicon.ico', (_request, reply) => reply.redirect('/icon.svg', 301));
  fastPath.observe(adapter.getInstance());
  const description = app.get(ApiDescription);
  description.set(() => describeApi(app, app.get(OwnerLogin).cookieName));
  serveDocsPage(app, () => description.document);
  return app;
}

/** What comes in is checked by class-validator, and what goes out is ready bytes: Fastify's compilers need not be loaded. */
function compileNothing(): never {
  throw new Error('Routes have no schemas of Fastify here: describe what comes in by a class with validators.');
}

/** In Fastify's terms: yes or no, how many, or which. */
function trustProxy(setting: string): boolean | string | ((address: string, hop: number) => boolean) {
  if (setting === 'true' || setting === 'false') return setting === 'true';
  return /^\d+$/.test(setting) ? (_address, hop) => hop < Number(setting) : setting;
}

/** Covers come from whatever host the provider names; everything else that a page needs is ours. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'https:', 'http:', 'data:'],
      // Swagger UI writes styles into its elements.
      styleSrc: ["'self'", "'unsafe-inline'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'self'"],
      formAction: ["'self'"],
    },
  },
  // The widget, the card and the reads are made to be used on other people's pages.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  crossOriginEmbedderPolicy: false,
  // Whether a host is https only is for its proxy to say: this service may share the host with others.
  strictTransportSecurity: false,
} as const;
