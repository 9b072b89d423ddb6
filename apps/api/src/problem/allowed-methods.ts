import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

interface Route {
  methods: readonly string[];
  segments: readonly string[];
}

/** By the server that all parts of an application have in common. */
const ROUTES = new WeakMap<Server, Route[]>();

/** Begins to note the routes of an application; before it has any. */
export function noteRoutes(application: FastifyInstance): void {
  const routes: Route[] = [];
  ROUTES.set(application.server, routes);
  application.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), segments: url.split('/') });
  });
}

/** The methods that a path takes; none when there is nothing at it. */
export function allowedMethods({ server }: FastifyInstance, path: string): string[] {
  const segments = path.split('/');
  const found = (ROUTES.get(server) ?? []).filter((route) => isOf(route, segments));
  return METHODS.filter((method) => found.some(({ methods }) => methods.includes(method)));
}

function isOf(route: Route, segments: readonly string[]): boolean {
  if (route.segments.length !== segments.length) return false;
  return route.segments.every((segment, at) =>
    segment.startsWith(':') ? segments[at] !== '' : segment === segments[at],
  );
}
