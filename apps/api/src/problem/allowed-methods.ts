import type { FastifyInstance } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The methods that a path takes; none when there is nothing at it. */
export function allowedMethods(server: FastifyInstance, path: string): string[] {
  return METHODS.filter((method) => server.hasRoute({ method, url: path }));
}
