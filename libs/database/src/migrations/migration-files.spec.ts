import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import { readMigrationFiles } from './migration-files.js';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await makeScratchFolder();
  folder = join(root, 'prisma', 'migrations');
  await mkdir(folder, { recursive: true });
  await writeFile(join(root, 'prisma', 'schema.prisma'), 'the schema');
  await writeFile(join(folder, 'migration_lock.toml'), 'the lock');
});
afterEach(() => removeScratchFolder(root));

async function add(name: string, sql = name): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

describe('readMigrationFiles', () => {
  it('reads them in the order of their names, whatever the order of the folder', async () => {
    const names = Array.from({ length: 12 }, (_, number) => `2026${String(number).padStart(2, '0')}_step`);
    for (const name of names.toReversed()) await add(name);
    const { migrations, schema, lockfile } = await readMigrationFiles(root);
    expect(migrations.map(({ name }) => name)).toEqual(names);
    expect(migrations[3]).toEqual({
      name: names[3],
      sql: names[3],
      checksum: createHash('sha256').update('202603_step').digest('hex'),
    });
    expect([schema, lockfile]).toEqual(['the schema', 'the lock']);
  });

  it.each([
    ['no migration', () => Promise.resolve()],
    ['a migration without its script', () => mkdir(join(folder, 'empty'))],
    ['no schema', () => add('first').then(() => rm(join(root, 'prisma', 'schema.prisma')))],
    ['nothing at all', () => rm(join(root, 'prisma'), { recursive: true })],
  ])('says that the installation is incomplete when there is %s', async (_, spoil) => {
    await spoil();
    await expect(readMigrationFiles(root)).rejects.toMatchObject({
      code: 'installation_incomplete',
      message: expect.stringContaining(folder) as unknown,
    });
  });
});
