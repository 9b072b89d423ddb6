import { type Server, type ServerResponse, createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backup, parseBackup } from './backup.js';
import { Fault } from './fault.js';
import { type News, follow } from './follow.js';
import { Service } from './service.js';

const HOUR = 3_600_000;
const ID = '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f';
const clock = { now: 0 };

/** What becomes of the next call, and of all that come after the last of these. */
let answers: ((response: ServerResponse) => unknown)[];
let asked: string[];
let server: Server;
let service: Service;

beforeEach(async () => {
  [answers, asked, clock.now] = [[], [], 0];
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere.');
  service = new Service(`http://127.0.0.1:${address.port}`, 'a-token', new AbortController().signal);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const cut = (response: ServerResponse): unknown => response.destroy();

/** A stream that tells this of a backup, and stays open unless that is ended then. */
function tells(state: string, then: (response: ServerResponse) => void = () => undefined) {
  const job = { id: ID, name: 'tape_1', provider: 'tape', state, createdAt: '2026-11-21T03:15:00.000Z' };
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(job)}\n\n`, () => {
      then(response);
    });
  };
}

function says(status: number, body: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse): unknown => response.writeHead(status, headers).end(body);
}

/** Each look at a service that is away takes ten seconds. */
function followed(): AsyncGenerator<News<Backup>> {
  const pause = (): Promise<void> => {
    clock.now += 10_000;
    return Promise.resolve();
  };
  return follow(service, { noun: 'backup', parse: parseBackup }, ID, { pause, now: () => clock.now });
}

/** As words: the state, or that it is lost. */
async function told(news: AsyncGenerator<News<Backup>>, onNews: (word: string) => void = () => undefined) {
  const words: string[] = [];
  for await (const one of news) {
    const word = 'lost' in one ? 'lost' : one.job.state;
    words.push(word);
    onNews(word);
  }
  return words;
}

describe('a backup that is followed', () => {
  it.each(['complete', 'complete_with_omissions', 'failed', 'cancelled'])('has ended when it is %s', async (state) => {
    answers = [tells(state)];
    expect(await told(followed())).toEqual([state]);
    expect(asked).toEqual([`/admin/backups/${ID}/events`]);
  });

  it('is asked for again when its stream ends or breaks, and that it is lost is told once', async () => {
    answers = [tells('running', (response) => response.end()), cut, cut, tells('running', cut), tells('complete')];
    expect(await told(followed())).toEqual(['running', 'lost', 'running', 'lost', 'complete']);
  });

  it('is asked for again when a proxy, or the service itself, says that it is away for now', async () => {
    const problem = { code: 'database_unavailable', detail: 'No database.', remedy: 'Start it.' };
    answers = [
      ...[502, 503, 504].map((status) => says(status, '<html>')),
      says(503, JSON.stringify(problem)),
      tells('complete'),
    ];
    expect(await told(followed())).toEqual(['lost', 'complete']);
    expect(asked).toHaveLength(5);
  });

  it.each([
    [says(503, JSON.stringify({ code: 'x', detail: 'Too many listen.', remedy: 'Wait.' })), 'Too many listen.'],
    [says(404, '<html>'), 'answers with status 404.'],
    [says(302, '', { location: '/elsewhere' }), 'sends elsewhere (status 302).'],
  ])('is not waited for when it is refused', async (answer, message) => {
    answers = [answer];
    await expect(told(followed())).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it('is waited for a minute after the last sign, and a heartbeat is one', async () => {
    let paused: ServerResponse | undefined;
    answers = [tells('paused', (response) => (paused = response)), cut, cut, tells('complete')];
    const words = await told(followed(), (word) => {
      if (word !== 'paused') return;
      clock.now += 2 * HOUR;
      paused?.write(':\n\n', () => paused?.destroy());
    });
    expect(words).toEqual(['paused', 'lost', 'complete']);
  });

  it('is given up when the service stays away, and goes on there', async () => {
    answers = [tells('running', cut), cut];
    const fault = await told(followed()).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ exitCode: 1, remedy: expect.stringMatching(/^The backup goes on by itself once /) });
    expect(clock.now).toBe(70_000);
  });

  it('may be removed, or be no backup', async () => {
    answers = [tells('running', (response) => response.end('event: removed\ndata: {}\n\n'))];
    await expect(told(followed())).rejects.toThrow('The backup was removed before it had ended.');
    answers = [tells('new')];
    await expect(told(followed())).rejects.toThrow('answers what this program does not understand');
  });
});
