import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { PROVIDERS } from '#providers';
import { type Stage, openStage } from '../support/sandbox.js';
import { backup } from './backup.js';
import { contention } from './contention.js';
import { type Figure, tableOf } from './figures.js';
import { listeners } from './listeners.js';
import { simulatedListening } from './listening-model.js';
import { starts } from './starts.js';
import { throughput } from './throughput.js';
import { upstreamCalls } from './upstream-calls.js';

/** The provider that tells where a song is, by whose tempo the model listens. */
const MODELLED = 'spotify';

const PARTS: Readonly<Record<string, (stage: Stage) => Promise<Figure[]>>> = {
  throughput,
  upstreamCalls,
  listeners,
  model: () => {
    const provider = PROVIDERS.find(({ id }) => id === MODELLED);
    return Promise.resolve(provider ? simulatedListening(provider.tempo) : []);
  },
  starts,
  contention,
  backup,
};

/** @param wanted names of parts; empty for all */
async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${name} … `);
    const begun = performance.now();
    const stage = await openStage();
    try {
      figures.push(...(await measure(stage)));
    } finally {
      await stage.close();
    }
    process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
  }
  process.stdout.write(`${machine}\n\n${tableOf(figures)}\n`);
  writeFileSync('dist/bench.json', `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}

await main(process.argv.slice(2));
