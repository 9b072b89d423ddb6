import type { FastifyInstance, FastifyReply } from 'fastify';
import { coverPng } from './cover.js';

/** The folders of Last.fm's pictures and their width in pixels. */
const folders = new Map([
  ['34s', 34],
  ['64s', 64],
  ['174s', 174],
  ['300x300', 300],
]);

/** Serves the pictures that the answers name. */
export function artRoutes(app: FastifyInstance): void {
  app.get<{ Params: { folder: string; file: string } }>('/i/u/:folder/:file', ({ params }, reply) => {
    send(reply, params.file, folders.get(params.folder));
  });
  app.get<{ Params: { file: string } }>('/art/:file', ({ params }, reply) => {
    send(reply, params.file, 300);
  });
}

function send(reply: FastifyReply, file: string, size: number | undefined): void {
  const hash = /^([0-9a-f]{32})\.png$/.exec(file)?.[1];
  if (hash === undefined || size === undefined) {
    reply.callNotFound();
    return;
  }
  void reply
    .headers({ 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' })
    .type('image/png')
    .send(coverPng(hash, size));
}
