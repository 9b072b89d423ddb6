import { type Server, createServer } from 'node:http';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../arguments.js';
import type { Command, Surroundings } from '../command.js';
import { Service } from '../service.js';
import { backup } from './backup.js';
import { backups } from './backups.js';
import { download } from './download.js';
import { remove } from './remove.js';
import { restore } from './restore.js';
import { verify } from './verify.js';

const ID = '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f';
const BACKUP = { id: ID, name: 'tape_1', provider: 'tape', state: 'complete', createdAt: '2026-11-21T03:15:00.000Z' };
const RESTORE = { ...BACKUP, id: 'r1', backup: { id: ID, name: 'tape_1' }, counts: {}, lists: [], playlists: [] };
const PLAN = {
  ...{ dryRun: true, backup: RESTORE.backup, provider: 'tape', account: { id: 'a', name: 'Ada' }, playlists: [] },
  lists: [{ list: 'tracks', title: 'Saved tracks', add: 2, examples: [] }],
};
const AT = new Date(2026, 10, 21, 12);

/** What is answered by method and path; a text as it is, anything else as JSON. */
let answers: Record<string, unknown>;
let asked: string[];
let server: Server;
let url: string;

beforeEach(async () => {
  answers = { 'GET /admin/backups': { items: [BACKUP], nextAt: null, alert: null } };
  asked = [];
  server = createServer((request, response) => {
    const question = `${request.method ?? ''} ${request.url ?? ''}`;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(body === '' ? question : `${question} ${body}`);
      const answer = answers[question] ?? {};
      response.setHeader('tonearm-left-out', '2');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere.');
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function events(told: object): string {
  return `data: ${JSON.stringify(told)}\n\n`;
}

interface Told {
  code: number;
  output: string;
  notes: string;
}

/** Calls a command where nobody can be asked, unless somebody is there who answers. */
async function call(command: Command, line: string, ask: Surroundings['ask'] = null): Promise<Told> {
  const told = { output: '', notes: '' };
  const to = (name: 'output' | 'notes'): Writable =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        told[name] += chunk.toString();
        done();
      },
    });
  const { signal } = new AbortController();
  const code = await command.run(readArguments([command.name, ...line.split(' ').filter(Boolean)], [command]), {
    ...{ service: new Service(url, 'a-token', signal), output: to('output'), notes: to('notes'), isTerminal: false },
    ...{ ask, folder: '/', now: () => AT.getTime(), pause: () => Promise.resolve(), interrupted: signal },
  });
  return { code, ...told };
}

describe('what scripts go by', () => {
  it.each([
    ['complete', 0],
    ['complete_with_omissions', 0],
    ['failed', 1],
    ['cancelled', 1],
  ])('of a backup and a restore that are %s is %d', async (state, code) => {
    answers['POST /admin/backups'] = { ...BACKUP, state: 'queued' };
    answers[`GET /admin/backups/${ID}/events`] = events({ ...BACKUP, state });
    expect((await call(backup, '')).code).toBe(code);
    answers[`POST /admin/backups/${ID}/restore`] = { ...PLAN, ...RESTORE, lists: PLAN.lists };
    answers['GET /admin/restores/r1/events'] = events({ ...RESTORE, state });
    expect((await call(restore, 'latest --yes')).code).toBe(code);
  });

  it.each([
    [{}, 0, / Nothing is wrong with its files\.\n$/],
    [{ findings: [{ file: 'lists/tracks.csv', what: 'Changed.' }] }, 1, /\nFound wrong: 1\n {2}lists\/tracks\.csv: /],
    [{ state: 'failed' }, 1, /^tape_1 is failed\.\nUse another backup/],
  ])('of a backup with %o that is looked through is %d', async (more, code, output) => {
    answers[`POST /admin/backups/${ID}/verify`] = { ...BACKUP, ...more };
    expect(await call(verify, 'latest')).toMatchObject({ code, output: expect.stringMatching(output) });
  });
});

describe('a backup', () => {
  it('is begun as it was wished, and its end is told with why', async () => {
    answers['POST /admin/backups'] = { ...BACKUP, state: 'queued' };
    const trouble = { detail: 'Nobody is linked.', remedy: 'Link at /auth.' };
    answers[`GET /admin/backups/${ID}/events`] = events({ ...BACKUP, state: 'failed', trouble });
    const { output } = await call(backup, '--provider tape --full --new-folder');
    expect(asked[0]).toBe('POST /admin/backups {"provider":"tape","full":true,"newFolder":true}');
    expect(output).toBe(`tape_1 begins.\ntape_1 is failed. Its id: ${ID}\n${trouble.detail}\nLink at ${url}/auth.\n`);
  });

  it('that has failed without a reason has bad files', async () => {
    answers['POST /admin/backups'] = { ...BACKUP, state: 'running', startedAt: AT.toISOString() };
    answers[`GET /admin/backups/${ID}/events`] = events({ ...BACKUP, state: 'failed' });
    expect((await call(backup, '')).output).toMatch(
      /^tape_1 is under way since 2026-11-21 12:00\.\n.+\nIts files are not what they should be\. Make another/,
    );
  });

  it('goes only when that is said, also when its files are lost', async () => {
    await expect(call(remove, 'latest')).rejects.toMatchObject({ exitCode: 2 });
    expect(asked).toEqual(['GET /admin/backups']);
    expect(await call(remove, 'latest --gone --yes')).toMatchObject({ code: 0, output: 'tape_1 is gone.\n' });
    expect(asked.at(-1)).toBe(`DELETE /admin/backups/${ID}?gone=true`);
  });

  it('for another service is told with how much has no place in it', async () => {
    answers[`GET /admin/backups/${ID}/download?format=transfer`] = 'artist,title\n';
    expect(await call(download, 'latest --format transfer --out -')).toEqual({
      ...{ code: 0, output: 'artist,title\n' },
      notes: '2 entries have no place in it: podcasts, books, what has no name.\n',
    });
  });
});

describe('the list of backups', () => {
  it('ends with when the next one is made, and what its owner should know', async () => {
    const nextAt = new Date(AT.getTime() + 90 * 60_000).toISOString();
    answers['GET /admin/backups'] = { items: [{ ...BACKUP, bytes: 2_000 }], nextAt, alert: 'Link it at /auth.' };
    const { output } = await call(backups, '');
    expect(output.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^0b7d6f5e {2}tape_1 {2}complete {2}2026-11-21 [\d:]{5} {2}2\.0 kB$/),
      'The next one is made at 2026-11-21 13:30 in 1 h 30 min.',
      `Attention: Link it at ${url}/auth.`,
      '',
    ]);
  });

  it('says so when there is none', async () => {
    answers['GET /admin/backups'] = { items: [], nextAt: null, alert: null };
    expect((await call(backups, '')).output).toMatch(/^There is no backup yet\. Make one: .+\nThere is no schedule: /);
  });
});

describe('a restore', () => {
  const path = `POST /admin/backups/${ID}/restore`;
  const wish = '"lists":["tracks","albums"],"removeOthers":true,"intoOtherAccount":false';

  it.each(['y', 'YES ', 'n', '', 'yesterday'])('is begun by whoever agrees: %j', async (answer) => {
    answers[path] = { ...PLAN, ...RESTORE, lists: PLAN.lists };
    answers['GET /admin/restores/r1/events'] = events(RESTORE);
    const { code, output } = await call(restore, 'latest --list tracks --list albums --remove-others', (question) => {
      expect(question).toBe('Put it back? [y/N] ');
      return Promise.resolve(answer);
    });
    const isBegun = /^y/i.test(answer) && answer !== 'yesterday';
    expect(asked.filter((question) => question.startsWith('POST'))).toEqual([
      `${path} {${wish}}`,
      ...(isBegun ? [`${path} {${wish},"dryRun":false}`] : []),
    ]);
    expect(code).toBe(0);
    expect(output).toMatch(isBegun ? /\nThe restore of tape_1 begins\.\n/ : /\nNothing is put back\.\n$/);
  });

  it('is left to the service when nobody waits', async () => {
    answers[path] = { ...PLAN, ...RESTORE, lists: PLAN.lists };
    const { code, output } = await call(restore, 'latest --yes --no-wait --into-other-account');
    expect(code).toBe(0);
    expect(output).toMatch(/ restores tells how it gets on\.\nTo end it: .+ cancel r1\n$/);
    expect(asked.at(-1)).toContain('"intoOtherAccount":true,"dryRun":false');
  });
});
