import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { FOLDER, type Kind, secretsIn } from './secret-scan.js';

/** Databases that are read side by side. */
const AT_ONCE = 8;

/** Begins to gather for a scan. */
export function beginScan(): void {
  process.env[FOLDER] = mkdtempSync(join(tmpdir(), 'tonearm-scan-'));
}

/**
 * Looks through all that services have printed and answered in this run, and through every table that they have written.
 *
 * @param serverUrl the Postgres of the run
 * @throws Error that says where something was found
 */
export async function endScan(serverUrl: string): Promise<void> {
  const folder = process.env[FOLDER] ?? '';
  const known = [...new Set(noted(folder, 'secret'))];
  const outputs = noted(folder, 'output');
  const responses = noted(folder, 'response');
  const found = [
    ...outputs.flatMap((text) => reportOf('the output of a service', text, known)),
    ...responses.flatMap((text) => reportOf(`the response ${text.split('\n')[0] ?? ''}`, text, known)),
  ];
  const databases = await databasesOf(serverUrl);
  for (const some of inGroups(databases, AT_ONCE)) {
    const tables = await Promise.all(some.map((name) => tablesOf(serverUrl, name)));
    for (const [table, text] of tables.flat()) found.push(...reportOf(`table ${table}`, text, known));
  }
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(
    `Looked for secrets in ${outputs.length} outputs, ${responses.length} responses and ${databases.length} databases: ${found.length} found.\n`,
  );
  if (found.length === 0) return;
  // What goes wrong after the last test does not make the run fail by itself.
  process.exitCode = 1;
  throw new Error(`Secrets in clear:\n${[...new Set(found)].join('\n')}`);
}

function reportOf(place: string, text: string, known: readonly string[]): string[] {
  return secretsIn(text, known).map((secret) => `  ${secret} in ${place}`);
}

function noted(folder: string, kind: Kind): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => String(JSON.parse(line)));
}

async function databasesOf(serverUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'",
    );
    return rows.map(({ datname }) => datname);
  } finally {
    await client.end();
  }
}

async function tablesOf(serverUrl: string, database: string): Promise<[table: string, text: string][]> {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
    );
    if (tables.length === 0) return [];
    const lines = tables.map(({ name }) => `SELECT '${name}' AS name, t::text AS line FROM "${name}" AS t`);
    const { rows } = await client.query<{ name: string; line: string }>(lines.join(' UNION ALL '));
    return rows.map(({ name, line }) => [name, line]);
  } finally {
    await client.end();
  }
}

function inGroups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
