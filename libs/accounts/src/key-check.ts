import type { PrismaClient } from '#database';
import { SEALED_TABLES, keyIdIn } from './sealed-columns.js';
import type { Place, TokenVault } from './token-vault.js';
import { VaultError } from './vault-error.js';

const CANARY = 'tonearm';

/**
 * Looks at the start whether the keys are the right ones, so that a wrong key is a fault now and not garbage later.
 * Consents under way that no key opens are dropped: they live ten minutes, and whoever began one begins again.
 *
 * @throws VaultError `key_wrong`: a key has the id of another; `key_missing`: rows need a key that is not there
 */
export async function checkKeys(prisma: PrismaClient, vault: TokenVault): Promise<void> {
  for (const id of vault.keyIds) await checkCanary(prisma, vault, id);
  await prisma.$executeRawUnsafe(
    `DELETE FROM consent_states WHERE ${keyIdIn('verifier')} <> ALL (string_to_array($1, ','))`,
    vault.keyIds.join(','),
  );
  const [missing] = [...(await rowsByKey(prisma))].filter(([id]) => !vault.keyIds.includes(id));
  if (missing === undefined) return;
  const [id, count] = missing;
  throw new VaultError(
    'key_missing',
    `${count} ${count === 1 ? 'row is' : 'rows are'} encrypted with the key "${id}", which is not there.`,
    `Add the key "${id}" to ENCRYPTION_KEY behind the first one, or restore the file of the key in DATA_DIR from a ` +
      'backup. When it is lost for good, delete the rows of account_grants and oauth_clients and link the accounts again.',
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
