import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** Makes an empty database. @returns its address */
export function emptyDatabase(): Promise<string> {
  return createDatabase('template0');
}

/** Makes a database in which a service has been before, and left nothing but its tables. @returns its address */
export function migratedDatabase(): Promise<string> {
  return createDatabase(new URL(inject('migratedUrl')).pathname.slice(1));
}

async function createDatabase(template: string): Promise<string> {
  const url = new URL(inject('postgresUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    // Packages of Postgres take over the zone of the machine.
    await client.query(`ALTER DATABASE ${name} SET TimeZone = 'Asia/Kolkata'`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}
