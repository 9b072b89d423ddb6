import { basename } from 'node:path';

const NAME = 'tonearm';

/** What to type in front of a command: how this program was called, by its own name, as in the image, or by npm. */
export const PROGRAM = basename(process.argv[1] ?? '') === NAME ? NAME : `npm run ${NAME} --`;
