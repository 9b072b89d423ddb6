import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The same condition as tsconfig's customConditions: '#listening' and the others mean their source here, their build in Node.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['apps/**/*.spec.ts', 'libs/**/*.spec.ts', 'test/**/*.spec.ts'],
    passWithNoTests: false,
  },
});
