import { parseArgs } from 'node:util';
import { openScratchDatabase } from '../../libs/database/src/testing/index.js';
import { buildService } from './build-service.js';
import { Crew } from './crew.js';
import { describePlan, planOf } from './plan.js';
import { Tally } from './tally.js';
import { tryOut } from './trial.js';

const USAGE = 'npm run crash -- [--rounds 400] [--seed 1]';
const PROGRESS_EVERY = 20;

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new Error(`--${name} is a whole number: ${USAGE}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns how many rounds showed what must not be */
async function play(crew: Crew, rounds: number, seed: number): Promise<number> {
  const begin = performance.now();
  const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
  });
  const tally = new Tally();
  say(`${rounds} rounds of seed ${seed}.`);
  for (let round = 0; round < rounds && !interrupted.signal.aborted; round += 1) {
    const drawn = planOf(seed, round);
    const plan = crew.hasQuestions ? drawn : { ...drawn, way: 'token' as const };
    const trial = await tryOut(crew, plan);
    tally.add(trial);
    for (const violation of trial.verdict.violations) say(`Round ${round} (${describePlan(plan)}): ${violation}`);
    if ((round + 1) % PROGRESS_EVERY === 0) say(`${round + 1} rounds in ${seconds()}, ${tally.violations} violated`);
  }
  say(`\nSeed ${seed}, ${seconds()}:\n\n${tally.toString()}`);
  return tally.violations;
}

/** Plays rounds until they are over or somebody presses Ctrl+C, and tells what they showed. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '400' }, seed: { type: 'string', default: '1' } },
  });
  const rounds = wholeNumber(values.rounds, 'rounds');
  const seed = wholeNumber(values.seed, 'seed');
  const closing: (() => Promise<void>)[] = [];
  try {
    const service = await buildService();
    closing.unshift(() => service.remove());
    const database = await openScratchDatabase();
    closing.unshift(() => database.close());
    const crew = await Crew.open(service.entry, database.connectionString);
    closing.unshift(() => crew.close());
    if ((await play(crew, rounds, seed)) > 0) process.exitCode = 1;
  } finally {
    for (const close of closing) await close();
  }
}

await main();
