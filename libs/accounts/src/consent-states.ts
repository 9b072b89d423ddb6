import type { PrismaClient } from '#database';
import { scopeKey, scopesOf } from './scopes.js';
import { digest, randomText } from './secret-text.js';
import type { Place, TokenVault } from './token-vault.js';

/** How long a person may take to agree. */
export const CONSENT_MINUTES = 10;
/** Until then a state can be told from one that never was. */
const REMEMBERED = '1 day';

/** What a consent is begun for. */
export interface ConsentRequest {
  provider: string;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  /** What only the one who begins holds: the secret of the browser's cookie, or one that stands for the Bearer caller. */
  binder: string;
  /** PKCE; its challenge goes into the address of the consent page. */
  codeVerifier: string;
}

/** Why a state that came back is not accepted. */
export type ConsentRefusal = 'unknown' | 'used' | 'expired' | 'other_browser';

/** A consent that came back as it was begun. */
export interface TakenConsent {
  refused: null;
  provider: string;
  clientId: string;
  redirectUri: string;
  scopes: string[];
  codeVerifier: string;
}

interface StateRow {
  provider: string;
  clientId: string;
  redirectUri: string;
  scopes: string;
  verifier: string;
  verdict: ConsentRefusal | 'taken';
}

/**
 * Consents under way: random, single use, ten minutes by the database's clock, each for the browser that began it. Any
 * number may be under way at once.
 */
export class ConsentStates {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly vault: TokenVault,
  ) {}

  /** Begins one, and sweeps old ones out. */
  async begin(request: ConsentRequest): Promise<string> {
    const { provider, clientId, redirectUri, scopes, binder, codeVerifier } = request;
    const state = randomText();
    const hash = digest(state);
    await this.prisma.$executeRaw`DELETE FROM consent_states WHERE expires_at < now() - ${REMEMBERED}::interval`;
    await this.prisma.$executeRaw`
      INSERT INTO consent_states (hash, provider, client_id, redirect_uri, scopes, verifier, binding, expires_at)
      VALUES (${hash}, ${provider}, ${clientId}, ${redirectUri}, ${scopeKey(scopes)},
              ${this.vault.seal(codeVerifier, verifierPlace(hash, provider))}, ${digest(binder)},
              now() + ${CONSENT_MINUTES} * interval '1 minute')`;
    return state;
  }

  /**
   * Uses a state up, in one statement: of several that try, one gets it. A browser that did not begin it does not use it
   * up for the one that did.
   *
   * @throws VaultError
   */
  async take(state: string, binder: string): Promise<TakenConsent | { refused: ConsentRefusal }> {
    const hash = digest(state);
    const [row] = await this.prisma.$queryRaw<StateRow[]>`
      WITH seen AS (
        SELECT *, CASE WHEN binding <> ${digest(binder)} THEN 'other_browser'
                       WHEN used_at IS NOT NULL THEN 'used'
                       WHEN expires_at <= clock_timestamp() THEN 'expired'
                       ELSE 'taken' END AS verdict
          FROM consent_states WHERE hash = ${hash} FOR UPDATE),
      taken AS (
        UPDATE consent_states AS state SET used_at = now() FROM seen
         WHERE state.hash = seen.hash AND seen.verdict = 'taken')
      SELECT provider, client_id AS "clientId", redirect_uri AS "redirectUri", scopes, verifier, verdict FROM seen`;
    if (row === undefined) return { refused: 'unknown' };
    const { verdict, provider, clientId, redirectUri } = row;
    if (verdict !== 'taken') return { refused: verdict };
    return {
      refused: null,
      provider,
      clientId,
      redirectUri,
      scopes: scopesOf(row.scopes),
      codeVerifier: this.vault.open(row.verifier, verifierPlace(hash, provider)),
    };
  }
}

function verifierPlace(row: string, provider: string): Place {
  return { table: 'consent_states', row, column: 'verifier', provider };
}
