import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { missing } from './test/support/programs.js';

export default defineConfig({
  // The same condition as tsconfig's customConditions: '#listening' and the others mean their source here, their build in Node.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['apps/**/*.spec.ts', 'libs/**/*.spec.ts', 'test/**/*.spec.ts'],
    // What not every machine has `.ci/run` installs.
    exclude: [...configDefaults.exclude, ...missing().map(({ tests }) => tests)],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/record-responses.ts'],
    // Tests start services, several at once on few cores; what must be quick is measured by the benchmark.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // A second, as it is by itself, is little for another process on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    passWithNoTests: false,
    // A run waits for other processes in between: one file more at once than cores. With two more, two cores have a sixth
    // more to do, for the same tests, and take longer. Each file starts services of its own: four are enough for any machine.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    // Threads start in half the time of processes, and nothing here needs a process of its own.
    pool: 'threads',
    // Files of a worker share its modules, which would be loaded a hundred times otherwise; none keeps anything in them that
    // another could trip over.
    isolate: false,
  },
});
