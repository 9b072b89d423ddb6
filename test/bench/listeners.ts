import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from '../support/sandbox.js';
import { type Figure, figure } from './figures.js';
import { pin, residentMegabytes, withServices } from './services.js';
import { rawAnswer } from './throughput.js';

const LISTENERS = 10_000;
const RUNS = 5;
const CHANGES = 5;

interface Heard {
  megabytes: number;
  delaysMs: number[];
}

/** Ten thousand who listen to a service that has just started, while what plays changes a few times. */
function listenOnce(stage: Stage): Promise<Heard> {
  const env = { ...stage.settings, STREAM_CLIENTS: String(LISTENERS), STREAM_CLIENTS_PER_ADDRESS: String(LISTENERS) };
  return withServices(1, env, async ([service]) => {
    const song = (number: number): Promise<void> =>
      stage.scenario('playing', {
        track: { artist: 'The Night Ferry', title: `Paper Lanterns ${number}`, album: 'Harbour Lights' },
      });
    await song(0);
    await rawAnswer(`${service.url}/currently-playing`);
    pin(service.pid, 0);
    const before = residentMegabytes(service.pid);
    const crowd = fork(join(import.meta.dirname, 'listen.js'), [new URL(service.url).port, String(LISTENERS)]);
    if (crowd.pid !== undefined) pin(crowd.pid, 1);
    try {
      await said(crowd, (message) => message === 'listening');
      const megabytes = residentMegabytes(service.pid) - before;
      const delaysMs: number[] = [];
      for (let number = 1; number <= CHANGES; number += 1) {
        const change = said(crowd, isChange);
        await song(number);
        delaysMs.push((await change).delayMs);
      }
      return { megabytes, delaysMs };
    } finally {
      crowd.kill();
    }
  });
}

/** Memory for ten thousand who listen, and how long after the first of them the last one hears of a change. */
export async function listeners(stage: Stage): Promise<Figure[]> {
  const heard: Heard[] = [];
  for (let run = 0; run < RUNS; run += 1) heard.push(await listenOnce(stage));
  const megabytes = heard.map((one) => one.megabytes);
  const delays = heard.flatMap((one) => one.delaysMs);
  return [
    figure('memory for 10,000 who listen to events', 'MB', '150', '110', megabytes),
    figure('the last of them hears of a change after the first', 'ms', '200', '90', delays),
  ];
}

interface Change {
  delayMs: number;
}

const isChange = (message: unknown): message is Change =>
  typeof message === 'object' && message !== null && 'delayMs' in message;

function said<T>(child: ReturnType<typeof fork>, isWanted: (message: unknown) => message is T): Promise<T>;
function said(child: ReturnType<typeof fork>, isWanted: (message: unknown) => boolean): Promise<unknown>;
function said(child: ReturnType<typeof fork>, isWanted: (message: unknown) => boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hear = (message: unknown): void => {
      if (!isWanted(message)) return;
      child.off('message', hear);
      resolve(message);
    };
    child.on('message', hear);
    child.once('exit', (code) => {
      reject(new Error(`Those who listen ended with ${String(code)}.`));
    });
  });
}
