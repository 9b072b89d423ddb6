import type { TestProject } from 'vitest/node';
import { openScratchDatabase } from '../../libs/database/src/testing/index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real Postgres for tests that are not about starting one. */
    postgresUrl: string;
  }
}

/** One Postgres for the whole run; every test that needs a database makes its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await openScratchDatabase();
  project.provide('postgresUrl', database.connectionString);
  return () => database.close();
}
