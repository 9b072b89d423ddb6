import { tokenPlace } from '../grant.js';
import type { Accounts } from '../open-accounts.js';
import type { Workshop } from './room.js';

/** What the database says of a grant, with its refresh tokens opened. */
export async function openedRow({ prisma }: Workshop, { vault }: Accounts, id: string) {
  const row = await prisma.accountGrant.findUniqueOrThrow({ where: { id } });
  const opened = (column: 'refresh_token' | 'previous_refresh_token', sealed: string | null): string | null =>
    sealed === null ? null : vault.open(sealed, tokenPlace(row, column));
  return {
    ...row,
    refreshToken: opened('refresh_token', row.refreshToken),
    previousRefreshToken: opened('previous_refresh_token', row.previousRefreshToken),
  };
}
