/** A request to the token endpoint. Secrets are not in it: refresh tokens stand as the first 16 digits of their SHA-256. */
export interface TokenCall {
  /** When it arrived, in epoch milliseconds of the clock without its offset. */
  startedAt: number;
  /** When its answer had left, or the connection was gone; null while neither is so. */
  endedAt: number | null;
  /** Client id as claimed; '' for none. */
  client: string;
  /** Whose the refresh token is; null when that is not known. */
  account: string | null;
  /** `grant_type` as sent; '' for none. */
  grant: string;
  refreshToken: string | null;
  /** How the refresh token stood on arrival: alive, rotated, revoked, expired or unknown. */
  refreshTokenWas: string | null;
  /** `issued`, an error such as `invalid_grant: Refresh token revoked`, or `fault` when the sandbox was told to fail. */
  outcome: string | null;
  /** The scenario that was in force did not let the answer through, though tokens were given out. */
  dropped: boolean;
  issuedRefreshToken: string | null;
  /** Other refresh requests of the same account and client that were under way at some time while this one was. */
  overlapping: number;
}

/** What is known of a request when it arrives. */
export type TokenArrival = Pick<
  TokenCall,
  'startedAt' | 'client' | 'account' | 'grant' | 'refreshToken' | 'refreshTokenWas'
>;

/** How a request was settled. */
export type TokenSettlement = Pick<TokenCall, 'outcome' | 'dropped' | 'issuedRefreshToken'> & { issuedTokens: number };

/** Sums over all requests since the ledger was cleared. */
export interface TokenCounts {
  requests: number;
  refreshes: number;
  /** Pairs of refresh requests of the same account and client that were under way together. */
  overlaps: number;
  /** Refresh requests with a token that did not work, or never did. */
  deadUses: number;
  /** Access tokens given out. */
  issued: number;
  issuedRefreshTokens: number;
}

const keptCalls = 1000;

function noCounts(): TokenCounts {
  return { requests: 0, refreshes: 0, overlaps: 0, deadUses: 0, issued: 0, issuedRefreshTokens: 0 };
}

/** The record by which tests judge how a client treats its tokens: the last thousand requests whole, all counted. */
export type TokenLedger = ReturnType<typeof createTokenLedger>;

/** An empty ledger. */
export function createTokenLedger() {
  let calls: TokenCall[] = [];
  let counts = noCounts();
  const underWay = new Set<TokenCall>();

  const countOverlaps = (call: TokenCall): void => {
    for (const other of underWay) {
      if (other.client !== call.client || other.account !== call.account) continue;
      other.overlapping += 1;
      call.overlapping += 1;
      counts.overlaps += 1;
    }
    underWay.add(call);
  };

  return {
    /** Notes an arrival, and hands out how to note its settlement and its end. */
    begin: (arrival: TokenArrival) => {
      const call: TokenCall = {
        ...arrival,
        endedAt: null,
        outcome: null,
        dropped: false,
        issuedRefreshToken: null,
        overlapping: 0,
      };
      counts.requests += 1;
      if (call.grant === 'refresh_token') {
        counts.refreshes += 1;
        if (call.refreshTokenWas !== 'alive') counts.deadUses += 1;
        countOverlaps(call);
      }
      calls.push(call);
      if (calls.length > keptCalls) calls.shift();
      return {
        settle: ({ issuedTokens, ...settlement }: TokenSettlement): void => {
          Object.assign(call, settlement);
          counts.issued += issuedTokens;
          if (settlement.issuedRefreshToken !== null) counts.issuedRefreshTokens += 1;
        },
        end: (ms: number): void => {
          call.endedAt = ms;
          underWay.delete(call);
        },
      };
    },
    read: (): { calls: readonly TokenCall[]; counts: TokenCounts } => ({ calls, counts }),
    clear: (): void => {
      calls = [];
      counts = noCounts();
    },
  };
}
