import Fastify, { type FastifyInstance } from 'fastify';
import { type ClientRequest, type IncomingMessage, get } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { PROBLEMS, Problem } from '../../problem/problem.js';
import type { RestoreState } from './job-states.js';
import { LibraryEvents } from './library-events.js';

const MOST = 100;

interface Heard {
  request: ClientRequest;
  status: number;
  retryAfter: boolean;
  text: () => string;
  isOver: () => boolean;
}

let job: { state: RestoreState; done: number } | null;
let server: FastifyInstance;
let events: LibraryEvents;
let address: string;
let heard: Heard[];

beforeEach(async () => {
  job = { state: 'running', done: 0 };
  heard = [];
  events = new LibraryEvents();
  server = Fastify();
  server.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    void reply
      .status(PROBLEMS[error.code].status)
      .headers(error.retryAt ? { 'Retry-After': 30 } : {})
      .send(error.code);
  });
  server.get('/events', async (request, reply) => {
    await events.answer(request, reply, () => {
      if (job) return Promise.resolve({ ...job });
      return Promise.reject(new Problem('not_found', 'There is no such job.', 'Look for another one.'));
    });
  });
  address = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  for (const { request } of heard) request.destroy();
  await server.close();
});

async function listen(lastEventId?: string): Promise<Heard> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const request = get(`${address}/events`, { agent: false, headers });
  request.on('error', () => undefined);
  const answer = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  let text = '';
  let isOver = false;
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
  answer.on('error', () => undefined);
  answer.once('close', () => (isOver = true));
  const one: Heard = {
    request,
    status: answer.statusCode ?? 0,
    retryAfter: answer.headers['retry-after'] !== undefined,
    text: () => text,
    isOver: () => isOver,
  };
  heard.push(one);
  return one;
}

async function says(one: Heard, text: string): Promise<void> {
  await eventually(() => {
    expect(one.text()).toBe(text);
    return Promise.resolve();
  });
}

describe('events of backups and restores', () => {
  it('are how it stands at once, with every change, and the end', async () => {
    const one = await listen();
    await says(one, 'data: {"state":"running","done":0}\n\n');
    job = { state: 'running', done: 7 };
    await says(one, 'data: {"state":"running","done":0}\n\ndata: {"state":"running","done":7}\n\n');
    job = { state: 'cancelled', done: 7 };
    await eventually(() => {
      expect(one.text()).toMatch(/\n\nid: ended\ndata: {"state":"cancelled","done":7}\n\n$/);
      expect(one.isOver()).toBe(true);
      return Promise.resolve();
    });
  });

  it('do not begin again for who comes back and has the end', async () => {
    job = { state: 'complete', done: 7 };
    expect(await listen('ended')).toMatchObject({ status: 204 });
    await says(await listen('another'), 'id: ended\ndata: {"state":"complete","done":7}\n\n');
    job = { state: 'running', done: 7 };
    await says(await listen('ended'), 'data: {"state":"running","done":7}\n\n');
  });

  it('end with a word of their own when it is removed, and do not begin for what is not there', async () => {
    const one = await listen();
    job = null;
    await eventually(() => {
      expect(one.text()).toMatch(/\n\nevent: removed\ndata: {}\n\n$/);
      expect(one.isOver()).toBe(true);
      return Promise.resolve();
    });
    expect(await listen()).toMatchObject({ status: 404 });
  });

  it('go to so many and no more; whoever leaves, and whoever is refused, takes no place', async () => {
    job = null;
    await Promise.all(Array.from({ length: MOST }, () => listen()));
    job = { state: 'running', done: 0 };
    const all = await Promise.all(Array.from({ length: MOST }, () => listen()));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await listen()).toMatchObject({ status: 503, retryAfter: true });
    all[0]?.request.destroy();
    await eventually(async () => {
      expect(await listen()).toMatchObject({ status: 200 });
    });
    expect(await listen()).toMatchObject({ status: 503 });
  });

  it('are over when the service stops', async () => {
    const one = await listen();
    events.beforeApplicationShutdown();
    await eventually(() => {
      expect(one.isOver()).toBe(true);
      return Promise.resolve();
    });
  });
});
