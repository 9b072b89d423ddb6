import { PROGRAM } from './program.js';

/** Fields of answers that say what a person can do. */
const REMEDIES: ReadonlySet<string> = new Set(['remedy', 'alert']);

/**
 * The service speaks to users of its HTTP API. This is what its words are here; what begins as another one does stands in
 * front of that.
 */
const HERE: readonly (readonly [there: string, here: string])[] = [
  ['Correct the parameter; GET /endpoints lists what each takes.', `See ${PROGRAM} help for what each takes.`],
  [
    'GET /admin/backups/:id names the lists in counts; one playlist is playlist: and its id.',
    `${PROGRAM} backups <backup> tells its lists and the ids of its playlists.`,
  ],
  ['DELETE /admin/backups/:id?gone=true', `${PROGRAM} remove <backup> --gone --yes`],
  ['DELETE /admin/backups/:id', `${PROGRAM} remove <backup>`],
  ['GET /admin/backups/:id', `${PROGRAM} backups <backup>`],
  ['GET /admin/backups', `${PROGRAM} backups`],
  ['POST /admin/backups with "full": true', `${PROGRAM} backup --full`],
  ['POST /admin/backups with "newFolder": true', `${PROGRAM} backup --new-folder`],
  ['POST /admin/backups', `${PROGRAM} backup`],
  ['DELETE /admin/restores/:id', `${PROGRAM} cancel <restore>`],
  ['GET /admin/restores/:id', `${PROGRAM} restores`],
  ['GET /admin/restores', `${PROGRAM} restores`],
  ['"intoOtherAccount": true', '--into-other-account'],
  ['Leave list out', 'Leave --list out'],
  [' list=', ' --list '],
  [' format=', ' --format '],
];

/** Where people go, and what no command does, by how it begins. */
const PATHS = ['/auth', '/admin/', '/health'];

/** What an answer says, with remedies that can be followed from here. Undefined when it is no JSON. @param url of the service */
export function parseAnswer(body: string, url: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body, (name, value: unknown) =>
      REMEDIES.has(name) && typeof value === 'string' ? inWordsOfHere(value, url) : value,
    );
    return parsed;
  } catch {
    return undefined;
  }
}

function inWordsOfHere(remedy: string, url: string): string {
  const words = HERE.reduce((text, [there, here]) => text.replaceAll(there, here), remedy);
  // Behind a space there is no address in front of it yet.
  return PATHS.reduce((text, path) => text.replaceAll(` ${path}`, ` ${url}${path}`), words);
}
