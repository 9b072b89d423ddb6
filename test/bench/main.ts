import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { openScratchDatabase } from '../../libs/database/src/testing/index.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, freePort, removeFolder, startService, temporaryFolder } from '../support/service.js';

const RUNS = 7;
const REQUESTS_PER_S = 200;
const SWITCHING_S = 10;

/** One row of the table. */
interface Figure {
  name: string;
  unit: string;
  aim: string;
  min: number;
  median: number;
  max: number;
}

function figure(name: string, unit: string, aim: string, values: number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const pick = (index: number): number => sorted[index] ?? Number.NaN;
  return { name, unit, aim, min: pick(0), median: pick(Math.floor(sorted.length / 2)), max: pick(sorted.length - 1) };
}

/** A Node process that does nothing: what every start pays on this machine, whatever it starts. */
async function bareNode(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('close', resolve));
  return performance.now() - start;
}

/** From spawning the process to the first 200 of /currently-playing with a song in it. */
async function startToFirstSong(folder: string, stage: Stage): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  const started = startService(folder, { ...stage.settings, PORT: String(port) });
  let took = Number.NaN;
  while (Number.isNaN(took)) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/currently-playing`);
      const { isPlaying } = (await answer.json()) as { isPlaying: boolean };
      if (answer.status === 200 && isPlaying) took = performance.now() - start;
    } catch (error) {
      if (performance.now() - start > 30_000) throw error;
      // Seldom enough that asking does not take the time of what it asks.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const service = await started;
  await service.stop();
  return took;
}

async function coldAndWarmStarts(stage: Stage): Promise<{ cold: number[]; warm: number[]; bare: number[] }> {
  const result = { cold: [] as number[], warm: [] as number[], bare: [] as number[] };
  for (let run = 0; run <= RUNS; run += 1) {
    const folder = temporaryFolder();
    const bare = await bareNode();
    const cold = await startToFirstSong(folder, stage);
    const warm = await startToFirstSong(folder, stage);
    removeFolder(folder);
    // The first round fills the file system's memory and is not counted.
    if (run === 0) continue;
    result.bare.push(bare);
    result.cold.push(cold);
    result.warm.push(warm);
  }
  return result;
}

/** Calls that reach the upstream when a thousand ask for the same chart at once, which nobody has asked for before. */
async function callsForAThousand(stage: Stage): Promise<number> {
  const folder = temporaryFolder();
  const service = await startService(folder, stage.settings);
  await stage.reset();
  const path = '/top/albums?period=6month&limit=20';
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => fetch(service.url + path)));
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  const served = answers.filter((answer) => answer.status === 200 && answer.headers.has('cache-status')).length;
  if (served !== answers.length) throw new Error(`Only ${served} of ${answers.length} requests were answered.`);
  const calls = await stage.calls();
  await service.stop();
  removeFolder(folder);
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** Three services on one database, with a linked account. */
async function withThree<T>(stage: Stage, work: (services: readonly Service[]) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  const database = await openScratchDatabase();
  const env = {
    ...stage.settings,
    ...stage.spotifySettings,
    DATABASE_URL: database.connectionString,
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
  };
  const services: Service[] = [];
  try {
    for (let index = 0; index < 3; index += 1) services.push(await startService(folder, env));
    const [first] = services;
    if (first) await linkByProgram(first, stage);
    return await work(services);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
    await database.close();
    removeFolder(folder);
  }
}

/** Requests that fail, or are answered by neither provider, at 200 a second while the provider is switched twice a second. */
function failuresWhileSwitching(stage: Stage): Promise<{ failed: number; sent: number }> {
  return withThree(stage, async (services) => {
    const answers: Promise<boolean>[] = [];
    const ask = async ({ url }: Service): Promise<boolean> => {
      const answer = await fetch(`${url}/currently-playing`).catch(() => null);
      if (answer?.status !== 200) return false;
      const { source } = (await answer.json()) as { source: string };
      return ['spotify', 'last.fm'].includes(source);
    };
    const begin = performance.now();
    let switches = 0;
    while (answers.length < SWITCHING_S * REQUESTS_PER_S) {
      const elapsed = performance.now() - begin;
      while (answers.length < (elapsed / 1000) * REQUESTS_PER_S) {
        const service = services[answers.length % services.length];
        if (service) answers.push(ask(service));
      }
      const [first] = services;
      if (first && elapsed / 500 > switches + 1) {
        switches += 1;
        const active = switches % 2 === 1 ? 'lastfm' : 'spotify';
        const { status } = await asOwner(first, 'PUT', '/admin/provider', { active, fallback: 'none' });
        if (status !== 200) throw new Error(`Switching to ${active} was answered with ${status}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const good = await Promise.all(answers);
    return { failed: good.filter((one) => !one).length, sent: good.length };
  });
}

/** Token requests when 50 on three services want a token at once and the one that is kept is over. */
function tokenRequestsForFifty(stage: Stage): Promise<number> {
  return withThree(stage, async (services) => {
    await stage.control('PUT', '/control/spotify/switches', { expiresIn: 1 });
    const [first] = services;
    if (first) await linkByProgram(first, stage);
    await stage.control('PUT', '/control/spotify/switches', { expiresIn: 3600 });
    await stage.control('DELETE', '/control/spotify/ledger');
    const wanted = Array.from({ length: 50 }, (_, index) => services[index % services.length]).filter(
      (service) => service !== undefined,
    );
    const answers = await Promise.all(
      wanted.map((service) => asOwner(service, 'POST', '/admin/tokens', { scopes: [] })),
    );
    const served = answers.filter(({ status }) => status === 200).length;
    if (served !== wanted.length) throw new Error(`Only ${served} of ${wanted.length} got a token.`);
    const { calls } = (await stage.control('GET', '/control/spotify/ledger')) as { calls: unknown[] };
    return calls.length;
  });
}

function print(figures: Figure[], machine: string): void {
  const show = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  const rows = figures.map(
    ({ name, unit, aim, min, median, max }) =>
      `| ${name} | ${unit} | ${show(median)} | ${show(min)} to ${show(max)} | ${aim} |`,
  );
  const head = ['| figure | unit | median | range | aim |', '|---|---|---|---|---|'];
  process.stdout.write(`${machine}\n\n${[...head, ...rows].join('\n')}\n`);
}

async function main(): Promise<void> {
  const stage = await openStage();
  try {
    const { cold, warm, bare } = await coldAndWarmStarts(stage);
    const seconds = (values: number[]): number[] => values.map((value) => value / 1000);
    const over = (values: number[]): number[] => values.map((value, index) => value / (bare[index] ?? Number.NaN));
    const figures = [
      figure('cold start, empty DATA_DIR, to the first song', 's', 'at most 2', seconds(cold)),
      figure('the same over a bare `node -e ""`', 'ratio', '', over(cold)),
      figure('warm start to the first song', 's', 'at most 0.8', seconds(warm)),
      figure('the same over a bare `node -e ""`', 'ratio', '', over(warm)),
      figure('upstream calls for 1,000 simultaneous first requests', 'calls', 'exactly 1', [
        await callsForAThousand(stage),
      ]),
    ];
    const fifty: number[] = [];
    for (let run = 0; run < RUNS; run += 1) fifty.push(await tokenRequestsForFifty(stage));
    figures.push(figure('token requests for 50 callers on 3 processes, token over', 'calls', 'exactly 1', fifty));
    const { failed, sent } = await failuresWhileSwitching(stage);
    figures.push(
      figure(`failed of ${sent} requests at ${REQUESTS_PER_S}/s, switching twice a second`, 'requests', '0', [failed]),
    );
    const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ${RUNS} runs`;
    print(figures, machine);
    writeFileSync('dist/bench.json', `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  } finally {
    await stage.close();
  }
}

await main();
