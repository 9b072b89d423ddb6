import type { FastifyInstance } from 'fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { etagOf, isKnown } from '../answer/json-answer.js';

const PATH = 'docs';

/** Serves Swagger UI, from this service alone and with validators like every public read. */
export function serveDocsPage(app: NestFastifyApplication, document: () => OpenAPIObject): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.url.startsWith(`/${PATH}`) && reply.statusCode === 200 && typeof payload === 'string') {
      const etag = etagOf(Buffer.from(payload));
      void reply.headers({ ETag: etag, 'Cache-Control': 'public, max-age=60' });
      if (isKnown(request.headers['if-none-match'], etag)) {
        void reply.status(304).removeHeader('Content-Length');
        // Of what answers a HEAD the length is told, and no more.
        done(null, request.method === 'HEAD' ? payload : null);
        return;
      }
    }
    done(null, payload);
  });
  SwaggerModule.setup(PATH, app, document, {
    raw: false,
    customSiteTitle: 'Tonearm API',
    // The owner's token is not to stay in a browser that it was once tried from.
    swaggerOptions: { url: '/openapi.json', persistAuthorization: false },
  });
}
