import type { Server } from 'node:net';

/** The port on which a TCP server listens. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('A listening TCP server has a port.');
  return address.port;
}
