import { eventually } from '../support/eventually.js';
import type { Stage } from '../support/sandbox.js';
import type { ServiceProcess } from '../support/service.js';
import type { Crowd } from './crowd.js';
import { type Figure, figure } from './figures.js';
import { sumOf, withServices } from './services.js';
import { ask, printed, rawAnswer } from './throughput.js';

const MILLION = 1_000_000;
const CROWD = 10_000;
/** Less than anybody is made to wait. */
const HELD_BACK_MS = 400;
const SONG = { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' };

async function awaitSong({ url }: ServiceProcess): Promise<string> {
  return eventually(async () => {
    const { body, etag } = await rawAnswer(`${url}/currently-playing`);
    if (!body.includes(SONG.title) || !body.includes('"lastPlayed":{')) throw new Error('The song is not known yet.');
    return etag;
  });
}

interface Window {
  calls: number;
  seconds: number;
}

/** Calls to the upstream from the first look on, while somebody asks `amount` times, or for so many seconds nobody does. */
function watched(stage: Stage, processes: number, amount: number, seconds: number): Promise<Window> {
  return withServices(processes, { ...stage.settings, BASE_URL: 'http://music.example' }, async (services) => {
    await stage.reset();
    await stage.scenario('playing', { track: SONG });
    const begun = performance.now();
    const etags = await Promise.all(services.map(awaitSong));
    if (amount > 0) {
      await Promise.all(
        services.map(({ url, pid }, index) =>
          ask({
            targets: [{ url: `${url}/currently-playing`, pid }],
            rounds: 1,
            headers: {},
            connections: 64,
            pipelining: 8,
            amount: Math.ceil(amount / services.length),
            seconds: 0,
            expected: { status: 200, etag: etags[index] ?? '' },
          }),
        ),
      );
    }
    const left = seconds * 1000 - (performance.now() - begun);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    return { calls: sumOf(await stage.calls()), seconds: (performance.now() - begun) / 1000 };
  });
}

async function withAndWithout(stage: Stage, processes: number): Promise<Figure[]> {
  const busy = await watched(stage, processes, MILLION, 0);
  const quiet = await watched(stage, processes, 0, busy.seconds);
  const name = `upstream calls in ${busy.seconds.toFixed(0)} s, ${processes} ${processes === 1 ? 'process' : 'processes'}`;
  return [
    figure(`${name}, with 1,000,000 requests`, 'calls', 'as without', 'as without', [busy.calls]),
    figure(`${name}, without`, 'calls', '', '', [quiet.calls]),
  ];
}

/** Calls until ten thousand who ask three processes at the same moment, which know nothing, all have an answer. */
function coldCrowd(stage: Stage): Promise<Figure[]> {
  return withServices(3, { ...stage.settings, BASE_URL: 'http://music.example' }, async (services) => {
    await stage.reset();
    // The song is held back until all have come.
    await stage.scenario('slow', { ms: HELD_BACK_MS, times: 1 });
    const crowd: Crowd = {
      ports: services.map(({ url }) => Number(new URL(url).port)),
      each: Math.ceil(CROWD / services.length),
    };
    const told = JSON.parse(await printed('crowd.js', crowd)) as Record<string, number>;
    const calls = sumOf(await stage.calls());
    if (sumOf(told) < CROWD || Object.keys(told).some((answer) => !answer.startsWith('200 ')))
      throw new Error(`Not all were answered: ${JSON.stringify(told)}`);
    return [
      figure('upstream calls, 10,000 cold first requests at once, 3 processes', 'calls', '1', '1', [calls]),
      figure('the same: how many were told in time that they have to ask again', '', '', '', [
        told['200 degraded'] ?? 0,
      ]),
    ];
  });
}

export async function upstreamCalls(stage: Stage): Promise<Figure[]> {
  const one = await withAndWithout(stage, 1);
  const three = await withAndWithout(stage, 3);
  return [...one, ...three, ...(await coldCrowd(stage))];
}
