import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { installationRoot } from '../installation.js';

/** This room as a process of its own can run it. */
export interface BuiltDatabase {
  /** Path of the module. */
  entry: string;
  remove(): Promise<void>;
}

/**
 * Builds the source as it is now, so that a test never meets an old build. Inside the installation, to find node_modules.
 * @param name which file of this room, with its folder
 */
export async function buildDatabase(name = 'index'): Promise<BuiltDatabase> {
  const root = installationRoot();
  await mkdir(join(root, 'dist'), { recursive: true });
  const outDir = await mkdtemp(join(root, 'dist', 'database-spec-'));
  const source = join(root, 'libs', 'database', 'src', `${name}.ts`);
  await build({ configFile: false, root, logLevel: 'silent', build: { ssr: source, outDir, target: 'node20' } });
  return { entry: join(outDir, `${basename(name)}.js`), remove: () => rm(outDir, { recursive: true, force: true }) };
}

/** A running `service.mjs`. */
export interface ServiceProcess {
  /** What it has said so far. */
  lines: string[];
  /** Ends it with SIGKILL and resolves when it is gone and all it said has arrived. */
  kill(): Promise<void>;
}

/** Starts a service on `dataDir`. */
export function startService(entry: string, dataDir: string): ServiceProcess {
  const script = fileURLToPath(new URL('service.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, entry, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const closed = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  return { lines, kill };
}
