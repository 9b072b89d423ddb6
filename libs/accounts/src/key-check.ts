import type { PrismaClient } from '#database';
import type { AccountsLog } from './accounts-log.js';
import { SEALED_TABLES, keyIdIn } from './sealed-columns.js';
import type { Place, TokenVault } from './token-vault.js';
import { VaultError } from './vault-error.js';

const CANARY = 'tonearm';

/**
 * Looks at the start whether the keys are the right ones, so that a wrong key is a fault now and not garbage later.
 * Consents under way that no key opens are dropped: they live ten minutes, and whoever began one begins again.
 *
 * @param lost the id of a key that the owner has given up: what only it could open is deleted. Absent: none
 * @throws VaultError `key_wrong`: a key has the id of another; `key_missing`: rows need a key that is not there
 */
export async function checkKeys(
  prisma: PrismaClient,
  vault: TokenVault,
  log: AccountsLog,
  lost?: string,
): Promise<void> {
  for (const id of vault.keyIds) await checkCanary(prisma, vault, id);
  await prisma.$executeRawUnsafe(
    `DELETE FROM consent_states WHERE ${keyIdIn('verifier')} <> ALL (string_to_array($1, ','))`,
    vault.keyIds.join(','),
  );
  if (lost !== undefined && !vault.keyIds.includes(lost)) await forgetSealed(prisma, lost, log);
  const [missing] = [...(await rowsByKey(prisma))].filter(([id]) => !vault.keyIds.includes(id));
  if (missing === undefined) return;
  const [id, count] = missing;
  throw new VaultError(
    'key_missing',
    `${count} ${count === 1 ? 'row is' : 'rows are'} encrypted with the key "${id}", which is not there.`,
    `Add the key "${id}" to ENCRYPTION_KEY behind the first one, or restore the file of the key in DATA_DIR from a ` +
      `backup. When it is lost for good, set ENCRYPTION_KEY_LOST=${id}: the next start deletes these rows. Then add your ` +
      'apps and link the accounts again.',
  );
}

/** How many rows hold a text that was sealed with each key. */
export async function rowsByKey(prisma: PrismaClient): Promise<ReadonlyMap<string, number>> {
  const pairs = SEALED_TABLES.flatMap(({ table, id, columns }) =>
    columns.map(
      (column) =>
        `SELECT ${keyIdIn(column)} AS key, '${table} ' || ${id}::text AS row FROM ${table} WHERE ${column} IS NOT NULL`,
    ),
  );
  const counts = await prisma.$queryRawUnsafe<{ key: string; rows: number }[]>(
    `SELECT key, count(DISTINCT row)::int AS rows FROM (${pairs.join(' UNION ALL ')}) AS sealed GROUP BY key ORDER BY key`,
  );
  return new Map(counts.map(({ key, rows }) => [key, rows]));
}

async function forgetSealed(prisma: PrismaClient, key: string, log: AccountsLog): Promise<void> {
  const counts = await prisma.$transaction(
    SEALED_TABLES.map(({ table, columns }) =>
      prisma.$executeRawUnsafe(
        `DELETE FROM ${table} WHERE ${columns.map((column) => `${keyIdIn(column)} = $1`).join(' OR ')}`,
        key,
      ),
    ),
  );
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (rows > 0) log.warn(`${rows} rows were deleted: the key "${key}", with which they were encrypted, is lost.`);
}

async function checkCanary(prisma: PrismaClient, vault: TokenVault, id: string): Promise<void> {
  const place: Place = { table: 'encryption_keys', row: id, column: 'canary', provider: '' };
  await prisma.encryptionKey.createMany({
    data: [{ id, canary: vault.sealWith(id, CANARY, place) }],
    skipDuplicates: true,
  });
  const { canary } = await prisma.encryptionKey.findUniqueOrThrow({ where: { id } });
  try {
    if (vault.open(canary, place) === CANARY) return;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
  }
  throw new VaultError(
    'key_wrong',
    `The encryption key "${id}" is not the key that this database knows under that id.`,
    `Give the right key for "${id}" in ENCRYPTION_KEY or in the file of the key in DATA_DIR. A new key needs a new id, in front of the old one.`,
  );
}
