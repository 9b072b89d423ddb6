import pg from 'pg';
import { openKeyRing } from '../../libs/accounts/src/key-file.js';
import { tokenPlace } from '../../libs/accounts/src/grant.js';
import { TokenVault } from '../../libs/accounts/src/token-vault.js';

/** What the database says of the one grant, with its refresh tokens opened. */
export interface StoredGrant {
  status: string;
  reason: string | null;
  inDoubt: boolean;
  attemptState: string | null;
  leaseOwner: string | null;
  refreshToken: string | null;
  /** The one before. */
  previous: string | null;
}

interface Row {
  id: string;
  provider: string;
  status: string;
  status_reason: string | null;
  in_doubt: boolean;
  attempt_state: string | null;
  lease_owner: string | null;
  refresh_token: string | null;
  previous_refresh_token: string | null;
}

/** The database behind the replicas, seen from beside them. */
export class GrantStore {
  private readonly client: pg.Client;
  private vault: TokenVault | null = null;

  private constructor(
    databaseUrl: string,
    private readonly dataDir: string,
  ) {
    this.client = new pg.Client({ connectionString: databaseUrl });
  }

  /** @param dataDir where the replicas have their key */
  static async open(databaseUrl: string, dataDir: string): Promise<GrantStore> {
    const store = new GrantStore(databaseUrl, dataDir);
    await store.client.connect();
    return store;
  }

  /** @throws Error when there is not exactly one */
  async read(): Promise<StoredGrant> {
    const { rows } = await this.client.query<Row>('SELECT * FROM account_grants');
    const [row] = rows;
    if (!row || rows.length > 1) throw new Error(`There are ${rows.length} grants where there should be one.`);
    this.vault ??= new TokenVault(await openKeyRing(undefined, this.dataDir));
    const { vault } = this;
    const opened = (column: 'refresh_token' | 'previous_refresh_token'): string | null => {
      const sealed = row[column];
      return sealed === null ? null : vault.open(sealed, tokenPlace(row, column));
    };
    return {
      status: row.status,
      reason: row.status_reason,
      inDoubt: row.in_doubt,
      attemptState: row.attempt_state,
      leaseOwner: row.lease_owner,
      refreshToken: opened('refresh_token'),
      previous: opened('previous_refresh_token'),
    };
  }

  /** Lets the access token run out, as if the time had passed. */
  async endAccess(): Promise<void> {
    await this.client.query(`UPDATE account_grants SET access_expires_at = now() - interval '1 s', refresh_at = now()`);
  }

  /** Lets a lease of this owner run out, as if the time had passed. */
  async endLease(owner: string | null): Promise<void> {
    await this.client.query(
      `UPDATE account_grants SET lease_until = now() - interval '1 s'
        WHERE lease_owner = $1::uuid AND lease_until IS NOT NULL`,
      [owner],
    );
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
