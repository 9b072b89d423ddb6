import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import type { Stage } from '../support/sandbox.js';
import type { BareAnswer } from './bare.js';
import { type Figure, figure } from './figures.js';
import type { Load, Target, Turn } from './load.js';
import type { Pace } from './pace.js';
import { pin, withServices } from './services.js';

/** Short turns: how fast a shared machine is changes within seconds. */
const ROUNDS = 40;
const SECONDS = 1;
/** Turns at first in which both are compiled, and which are not counted. */
const WARM_UP = 4;
const SERVER_CORE = 0;
const LOAD_CORE = 1;
/** Well below what either of the two can do: what is measured is how long an answer takes, and not a queue. */
const PACED = { runs: 9, seconds: 5, everyMs: 1, connections: 50 };

/** Lets a process of its own ask. @returns by round, and in it by target */
export async function ask(load: Load): Promise<Turn[][]> {
  return JSON.parse(await printed('load.js', load)) as Turn[][];
}

/** What a process that is given something to do has printed at its end. */
export function printed(script: string, task: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, script), JSON.stringify(task)]);
    if (child.pid !== undefined) pin(child.pid, LOAD_CORE);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${script} ended with ${String(code)}: ${errors.slice(-2_000)}`));
    });
  });
}

interface Bare {
  url: string;
  pid: number;
  stop: () => void;
}

function startBare(answer: BareAnswer): Promise<Bare> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare.js'), JSON.stringify(answer)]);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdout.once('data', (chunk: Buffer) => {
      resolve({
        url: `http://127.0.0.1:${chunk.toString().trim()}`,
        pid: child.pid ?? 0,
        stop: () => {
          child.kill();
        },
      });
    });
  });
}

interface Raw {
  status: number | undefined;
  headers: string[];
  body: Buffer;
  etag: string;
}

/** One answer as it comes over the wire. */
export function rawAnswer(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { statusCode: status, rawHeaders } = answer;
        resolve({ status, headers: rawHeaders, body: Buffer.concat(chunks), etag: answer.headers.etag ?? '' });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The head without what Node adds by itself. */
function ownHeaders(headers: readonly string[]): string[] {
  const added = new Set(['date', 'connection', 'keep-alive']);
  return headers.filter((_, index) => !added.has((headers[index - (index % 2)] ?? '').toLowerCase()));
}

/** The service beside a bare server that sends the same bytes. */
async function sideBySide(serviceUrl: string, path: string): Promise<{ bare: Bare; etag: string }> {
  return eventually(async () => {
    const found = await rawAnswer(serviceUrl + path);
    const known = await rawAnswer(serviceUrl + path, { 'if-none-match': found.etag });
    if (found.status !== 200 || known.status !== 304) throw new Error(`${path} is not what is to be measured.`);
    const bare = await startBare({
      headers: ownHeaders(found.headers),
      body: found.body.toString('base64'),
      etag: found.etag,
      notModifiedHeaders: ownHeaders(known.headers),
    });
    return { bare, etag: found.etag };
  });
}

interface Question {
  path: string;
  isConditional: boolean;
}

/** How much of what a bare server answers in a second of processor time the service does, both asked in turn. */
async function ratios(service: Target, { path, isConditional }: Question): Promise<number[]> {
  const { bare, etag } = await sideBySide(service.url, path);
  try {
    pin(bare.pid, SERVER_CORE);
    const turns = await ask({
      targets: [bare, service].map(({ url, pid }) => ({ url: url + path, pid })),
      rounds: WARM_UP + ROUNDS,
      headers: isConditional ? { 'If-None-Match': etag } : {},
      connections: 64,
      pipelining: 4,
      amount: null,
      seconds: SECONDS,
      expected: { status: isConditional ? 304 : 200, etag },
    });
    const rate = (turn: Turn | undefined): number => (turn ? turn.requests / turn.processorSeconds : Number.NaN);
    return turns.slice(WARM_UP).map(([ofBare, ofService]) => rate(ofService) / rate(ofBare));
  } finally {
    bare.stop();
  }
}

/** By how many milliseconds the slowest hundredth of answers comes later than from a bare server, at the same pace. */
async function extraLatency(service: Target, path: string): Promise<number[]> {
  const { bare, etag } = await sideBySide(service.url, path);
  try {
    pin(bare.pid, SERVER_CORE);
    const pace: Pace = { ...PACED, urls: [bare.url + path, service.url + path], etag };
    const found = JSON.parse(await printed('pace.js', pace)) as [number, number][];
    return found.map(([ofBare, ofService]) => ofService - ofBare);
  } finally {
    bare.stop();
  }
}

/** What an answer from memory costs beside one of a bare server. */
export function throughput(stage: Stage): Promise<Figure[]> {
  return withServices(1, stage.settings, async ([service]) => {
    await stage.scenario('playing', {
      track: { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' },
    });
    pin(service.pid, SERVER_CORE);
    await eventually(async () => {
      const { body } = await rawAnswer(`${service.url}/currently-playing`);
      if (!body.includes('"lastPlayed":{')) throw new Error('The history has not been read yet.');
    });
    const ok = await ratios(service, { path: '/currently-playing', isConditional: false });
    const known = await ratios(service, { path: '/currently-playing', isConditional: true });
    const extra = await extraLatency(service, '/currently-playing');
    const list = await ratios(service, { path: '/recent-tracks?limit=1', isConditional: false });
    return [
      figure('`/currently-playing` 200, one core, over a bare node:http', 'ratio', '0.90', '0.97', ok),
      figure('the same, 304', 'ratio', '0.95', '0.99', known),
      figure('p99 at 500 requests/s, minus that of a bare node:http', 'ms', '1', '0.2', extra),
      figure('`/recent-tracks` from memory, over a bare node:http', 'ratio', '0.60', '0.80', list),
    ];
  });
}
