/** A table that holds sealed texts. */
export interface SealedTable {
  table: string;
  /** The primary key. */
  id: string;
  idType: 'uuid' | 'text';
  /** Sealed texts, each null or bound to table, row, column and the row's `provider`. */
  columns: readonly string[];
}

/** All of them: what is missing here is not sealed anew when the key changes. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    table: 'account_grants',
    id: 'id',
    idType: 'uuid',
    columns: ['access_token', 'refresh_token', 'previous_refresh_token'],
  },
  { table: 'oauth_clients', id: 'id', idType: 'uuid', columns: ['secret'] },
  { table: 'consent_states', id: 'hash', idType: 'text', columns: ['verifier'] },
];

/** SQL for the key id that stands in a sealed text. */
export function keyIdIn(column: string): string {
  return `split_part(${column}, '.', 2)`;
}
