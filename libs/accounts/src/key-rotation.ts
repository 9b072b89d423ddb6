import type { PrismaClient } from '#database';
import type { AccountsLog } from './accounts-log.js';
import { type Failpoint, NO_FAILPOINT } from './failpoint.js';
import { rowsByKey } from './key-check.js';
import { SEALED_TABLES, type SealedTable, keyIdIn } from './sealed-columns.js';
import type { TokenVault } from './token-vault.js';
import { VaultError } from './vault-error.js';

/** Rows in one transaction. */
const BATCH = 50;

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
type SealedRow = Record<string, string | null> & { row: string; provider: string };

export interface RotationOptions {
  prisma: PrismaClient;
  vault: TokenVault;
  log: AccountsLog;
  failpoint?: Failpoint;
  /** Rows in one transaction. */
  batch?: number;
}

/**
 * Seals with the first key what was sealed with another. Several processes may do this at once, and any may be killed at
 * any time: a batch is whole or has not happened. Reports which keys nothing needs any more.
 *
 * @returns how many rows were sealed anew
 */
export async function rotateKeys({
  prisma,
  vault,
  log,
  failpoint = NO_FAILPOINT,
  batch = BATCH,
}: RotationOptions): Promise<number> {
  let sealed = 0;
  for (const table of SEALED_TABLES) {
    const broken: string[] = [];
    for (let last = batch; last > 0;) {
      last = await prisma.$transaction(async (transaction) => {
        const rows = await lockRows(transaction, table, vault.writerId, broken, batch);
        for (const row of rows) {
          const fault = await sealAnew(transaction, table, row, vault);
          if (fault) {
            broken.push(row.row);
            log.error(`${fault.message} It stays as it is. ${fault.remedy}`);
          } else sealed += 1;
          await failpoint('rotation-mid-batch');
        }
        return rows.length;
      });
    }
  }
  if (sealed > 0) log.info(`${sealed} rows were encrypted anew with the key "${vault.writerId}".`);
  await reportUnneeded(prisma, vault, log);
  return sealed;
}

/** Rows that another process is at are passed over: it seals them. */
async function lockRows(
  transaction: Transaction,
  { table, id, columns }: SealedTable,
  keyId: string,
  broken: readonly string[],
  batch: number,
): Promise<SealedRow[]> {
  const old = columns.map((column) => `${keyIdIn(column)} <> $1`).join(' OR ');
  return transaction.$queryRawUnsafe<SealedRow[]>(
    `SELECT ${id}::text AS row, provider, ${columns.join(', ')} FROM ${table}
      WHERE (${old}) AND ${id}::text <> ALL (string_to_array($2, ' '))
      ORDER BY ${id} LIMIT ${batch} FOR UPDATE SKIP LOCKED`,
    keyId,
    broken.join(' '),
  );
}

/** @returns why it cannot be done; null when it is done */
async function sealAnew(
  transaction: Transaction,
  { table, id, idType, columns }: SealedTable,
  row: SealedRow,
  vault: TokenVault,
): Promise<VaultError | null> {
  let texts: (string | null)[];
  try {
    texts = columns.map((column) => {
      const place = { table, row: row.row, column, provider: row.provider };
      const sealed = row[column] ?? null;
      return sealed === null ? null : vault.seal(vault.open(sealed, place), place);
    });
  } catch (error) {
    if (error instanceof VaultError) return error;
    throw error;
  }
  const assignments = columns.map((column, index) => `${column} = $${index + 2}`);
  await transaction.$executeRawUnsafe(
    `UPDATE ${table} SET ${assignments.join(', ')} WHERE ${id} = $1::${idType}`,
    row.row,
    ...texts,
  );
  return null;
}

async function reportUnneeded(prisma: PrismaClient, vault: TokenVault, log: AccountsLog): Promise<void> {
  const used = await rowsByKey(prisma);
  for (const id of vault.keyIds) {
    if (id === vault.writerId || used.has(id)) continue;
    log.info(`Nothing is encrypted with the key "${id}" any more: it can be removed.`);
  }
}
