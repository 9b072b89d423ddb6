import type { FastifyInstance } from 'fastify';
import { page } from './page.js';

/** Serves the page for people. */
export function pageRoutes(app: FastifyInstance): void {
  app.get('/', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page),
  );
}
