import { describe, expect, it } from 'vitest';
import { parseAnswer } from './answer.js';

const URL_HERE = 'http://127.0.0.1:7723';

function here(remedy: string): unknown {
  return parseAnswer(JSON.stringify({ remedy }), URL_HERE);
}

describe('a remedy of the service', () => {
  it.each([
    [
      'Link the account of the backup at /auth, or restore with "intoOtherAccount": true.',
      `Link the account of the backup at ${URL_HERE}/auth, or restore with --into-other-account.`,
    ],
    [
      'Agree to it at /auth?client_id=a&scope=user-library-read.',
      `Agree to it at ${URL_HERE}/auth?client_id=a&scope=user-library-read.`,
    ],
    ['Link one at /auth; see /health.', `Link one at ${URL_HERE}/auth; see ${URL_HERE}/health.`],
    ['Add it at /admin/clients.', `Add it at ${URL_HERE}/admin/clients.`],
    [
      'GET /admin/backups/:id names the lists in counts; one playlist is playlist: and its id.',
      'npm run tonearm -- backups <backup> tells its lists and the ids of its playlists.',
    ],
    [
      'Use format=json, or name one of them: list=playlist:<id>.',
      'Use --format json, or name one of them: --list playlist:<id>.',
    ],
    [
      'Leave list out, or name one of them: list=playlist:<id>.',
      'Leave --list out, or name one of them: --list playlist:<id>.',
    ],
    [
      'Correct the parameter; GET /endpoints lists what each takes.',
      'See npm run tonearm -- help for what each takes.',
    ],
    [
      'Wait until it has ended; GET /admin/backups/:id tells.',
      'Wait until it has ended; npm run tonearm -- backups <backup> tells.',
    ],
    [
      'Wait until it has ended: GET /admin/restores tells.',
      'Wait until it has ended: npm run tonearm -- restores tells.',
    ],
    [
      'Nothing to do here: GET /admin/restores/:id tells what came of it.',
      'Nothing to do here: npm run tonearm -- restores tells what came of it.',
    ],
    [
      'Wait until it has ended, or take it away: DELETE /admin/backups/:id.',
      'Wait until it has ended, or take it away: npm run tonearm -- remove <backup>.',
    ],
    [
      'Read everything anew: POST /admin/backups with "full": true.',
      'Read everything anew: npm run tonearm -- backup --full.',
    ],
    [
      'To take one off the list: DELETE /admin/backups/:id?gone=true.',
      'To take one off the list: npm run tonearm -- remove <backup> --gone --yes.',
    ],
    [
      'GET /admin/restores tells how it gets on, and DELETE /admin/restores/:id cancels it.',
      'npm run tonearm -- restores tells how it gets on, and npm run tonearm -- cancel <restore> cancels it.',
    ],
    ['Make one: POST /admin/backups.', 'Make one: npm run tonearm -- backup.'],
    [
      'Move it away, or begin in that one: POST /admin/backups with "newFolder": true.',
      'Move it away, or begin in that one: npm run tonearm -- backup --new-folder.',
    ],
    ['Link it at /auth, or another at /auth.', `Link it at ${URL_HERE}/auth, or another at ${URL_HERE}/auth.`],
  ])('can be followed from here: %s', (there, remedy) => {
    expect(here(there)).toEqual({ remedy });
  });

  it('is left alone when it can be followed anyway', () => {
    for (const remedy of [
      'Agree again at https://music.example.org/auth?force=1.',
      'Make BACKUP_DIR a folder that the service may write to.',
    ]) {
      expect(here(remedy)).toEqual({ remedy });
    }
  });

  it('is one wherever it stands, and nothing else is', () => {
    const told = { omissions: [{ remedy: 'See /auth.', what: 'GET /admin/backups' }], alert: 'Link at /auth.' };
    expect(parseAnswer(JSON.stringify(told), URL_HERE)).toEqual({
      omissions: [{ remedy: `See ${URL_HERE}/auth.`, what: 'GET /admin/backups' }],
      alert: `Link at ${URL_HERE}/auth.`,
    });
    expect(parseAnswer('<html>', URL_HERE)).toBeUndefined();
  });
});
