import { endpointName, type Endpoint } from './ask.js';
import { catalogueEndpoints, removedEndpoints } from './catalogue-endpoints.js';
import { keepEndpoints } from './keep-endpoints.js';
import { libraryEndpoints } from './library-endpoints.js';
import { playerEndpoints } from './player-endpoints.js';
import { playlistChangeEndpoints } from './playlist-changes.js';
import { playlistEndpoints } from './playlist-endpoints.js';
import { profileEndpoints } from './profile-endpoints.js';

const present = [
  ...playerEndpoints,
  ...profileEndpoints,
  ...libraryEndpoints,
  ...keepEndpoints,
  ...playlistEndpoints,
  ...playlistChangeEndpoints,
  ...catalogueEndpoints,
];

/** The endpoints of the Web API that still exist in some mode, by the name that scenarios call them. */
export const endpointNames: readonly string[] = present.map(endpointName);

/** An endpoint with the parts of the path that it leaves open. */
export interface Match {
  endpoint: Endpoint;
  parts: Readonly<Record<string, string>>;
}

/** The endpoint at a path below `/v1/`; null when there never was one. */
export function findEndpoint(method: string, path: string): Match | null {
  const given = path.split('/');
  for (const endpoint of [...present, ...removedEndpoints]) {
    const parts = endpoint.method === method ? partsOf(endpoint.path.split('/'), given) : null;
    if (parts !== null) return { endpoint, parts };
  }
  return null;
}

function partsOf(pattern: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (pattern.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const part = given[at] ?? '';
    if (expected.startsWith('{')) parts[expected.slice(1, -1)] = decoded(part);
    else if (expected !== part) return null;
  }
  return parts;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign: nothing has such an id.
    return part;
  }
}
