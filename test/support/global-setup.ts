import type { TestProject } from 'vitest/node';
import { openDatabase } from '#database';
import { removeFolder, temporaryFolder } from './service.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real Postgres for tests that are not about starting one. */
    postgresUrl: string;
  }
}

/** One Postgres for the whole run; every test that needs a database makes its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder();
  const silent = (): void => undefined;
  const database = await openDatabase({ dataDir: folder, log: { debug: silent, info: silent, warn: silent } });
  project.provide('postgresUrl', database.connectionString);
  return async () => {
    await database.close();
    removeFolder(folder);
  };
}
