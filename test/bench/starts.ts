import { spawn } from 'node:child_process';
import type { Stage } from '../support/sandbox.js';
import { freePort, removeFolder, startProcess, temporaryFolder } from '../support/service.js';
import { type Figure, figure } from './figures.js';

const RUNS = 7;

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
  const started = startProcess(folder, { ...stage.settings, PORT: String(port) });
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

/** From killing a service that knows a song to the first 200 of the next one, in milliseconds. */
async function killedToAnswer(stage: Stage): Promise<number[]> {
  const folder = temporaryFolder();
  const port = await freePort();
  const env = { ...stage.settings, PORT: String(port) };
  const found: number[] = [];
  let service = await startProcess(folder, env);
  await firstAnswer(port);
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    await service.stop('SIGKILL');
    const starting = startProcess(folder, env);
    await firstAnswer(port);
    found.push(performance.now() - begun);
    service = await starting;
  }
  await service.stop();
  removeFolder(folder);
  return found;
}

async function firstAnswer(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/currently-playing`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How soon a service answers. */
export async function starts(stage: Stage): Promise<Figure[]> {
  const { cold, warm, bare } = await coldAndWarmStarts(stage);
  const killed = await killedToAnswer(stage);
  const seconds = (values: number[]): number[] => values.map((value) => value / 1000);
  const over = (values: number[]): number[] => values.map((value, index) => value / (bare[index] ?? Number.NaN));
  return [
    figure('cold start, empty DATA_DIR, to the first song', 's', '', '2', seconds(cold)),
    figure('the same over a bare `node -e ""`', 'ratio', '', '', over(cold)),
    figure('warm start to the first song', 's', '', '0.8', seconds(warm)),
    figure('the same over a bare `node -e ""`', 'ratio', '', '', over(warm)),
    figure('kill -9 to the first 200 of the next start', 's', '2', '0.8', seconds(killed)),
  ];
}
