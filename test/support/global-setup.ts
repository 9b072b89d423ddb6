import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../libs/database/src/index.js';
import { openScratchDatabase } from '../../libs/database/src/testing/index.js';
import { missing } from './programs.js';
import { beginScan, endScan } from './run-scan.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real Postgres for tests that are not about starting one. */
    postgresUrl: string;
    /** A database in it to copy: nobody is connected to it. */
    migratedUrl: string;
  }
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** One Postgres for the whole run; every test that needs a database makes its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  beginScan();
  const server = await openScratchDatabase();
  const migrated = new URL(server.connectionString);
  migrated.pathname = '/migrated';
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  // Nothing in it has to outlive the run.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum']) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  }
  // Nobody guesses its password: logging in, which each of some thousand connections does, need not be slow.
  await client.query('SET scram_iterations = 1');
  await client.query(
    `ALTER ROLE ${client.escapeIdentifier(migrated.username)} PASSWORD ${client.escapeLiteral(migrated.password)}`,
  );
  await client.query('SELECT pg_reload_conf()');
  await client.query('CREATE DATABASE migrated TEMPLATE template0');
  await client.end();
  const database = await openDatabase({ databaseUrl: migrated.href, dataDir: '/nowhere', log: silent });
  await database.close();
  project.provide('postgresUrl', server.connectionString);
  project.provide('migratedUrl', migrated.href);
  return async () => {
    for (const program of missing()) {
      process.stdout.write(
        `${program.tests} did not run: there is no ${program.name} here. Install it (on Debian: apt install ${program.package}), or name one: ${program.variable}=/path/to/it npm test.\n`,
      );
    }
    try {
      await endScan(server.connectionString);
    } finally {
      await server.close();
    }
  };
}
