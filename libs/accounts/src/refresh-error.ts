import { ProviderError } from '#listening';
import { UpstreamError } from '#upstream';
import type { GrantReason, GrantRow } from './grant.js';
import type { TokenError, TokenErrorKind } from './token-error.js';

const LINK_AGAIN = 'Link the account again at /auth.';

/** No account has agreed, or the owner has had the link forgotten. */
export function notLinked(displayName: string): ProviderError {
  return new ProviderError('provider_not_linked', {
    message: `No ${displayName} account is linked.`,
    remedy: 'Link an account at /auth.',
  });
}

/** The owner has had the link forgotten since its token was asked for. */
export function linkForgotten(): ProviderError {
  return new ProviderError('provider_not_linked', {
    message: 'The account of this link is not linked any more.',
    remedy: LINK_AGAIN,
  });
}

/** The account that is meant is not linked any more, and another one is. */
export function otherLinked(displayName: string): ProviderError {
  return new ProviderError('provider_not_linked', {
    message: `Another ${displayName} account is linked by now.`,
    remedy: 'Begin anew with the one that is linked, or link the other one at /auth first.',
  });
}

const ENDED: Readonly<Record<GrantReason, string>> = {
  expired: 'refuses the stored consent: it has expired',
  revoked: 'refuses the stored consent: it was withdrawn, or has expired',
  in_doubt: 'refuses the stored consent, after an answer of its own was lost that may have renewed it',
  no_refresh_token: 'gave no refresh token, and the access token is over',
};

/** The owner has to agree again. */
export function consentIsOver(displayName: string, reason: GrantReason | null, cause?: unknown): ProviderError {
  return new ProviderError('reauthorization_required', {
    message: `${displayName} ${ENDED[reason ?? 'revoked']}.`,
    remedy: LINK_AGAIN,
    cause,
  });
}

/** The tokens in the database cannot be used. */
export function tokensUnreadable(displayName: string, cause: unknown): ProviderError {
  return new ProviderError('reauthorization_required', {
    message: `The stored ${displayName} tokens cannot be decrypted.`,
    remedy: `Restore the encryption key or the row from a backup, or link the account again at /auth.`,
    cause,
  });
}

/** The database does not answer, or not with what was asked of it. */
export function tokensOutOfReach(displayName: string, cause: unknown): ProviderError {
  return new ProviderError('database_unavailable', {
    message: `The stored ${displayName} tokens cannot be read from the database.`,
    remedy:
      'Start the database, or look into DATABASE_URL and the log of this service; reading goes on by itself when it is back.',
    cause,
  });
}

/** There is a grant, and no app to refresh it with. */
export function noSuchApp(displayName: string, clientId: string): ProviderError {
  return new ProviderError('provider_not_configured', {
    message: `The ${displayName} app ${clientId} is not configured, so its tokens cannot be refreshed.`,
    remedy: 'Set that app in .env or add it at /admin/clients, or link an account with the app that is set.',
  });
}

/** The app itself is refused: nothing is sent for any of its grants. */
export function appRefused(displayName: string, clientId: string, retryAt: number, cause?: unknown): ProviderError {
  return new ProviderError('provider_not_configured', {
    message: `${displayName} does not accept the app ${clientId}: its client id or its client secret is wrong.`,
    remedy: "Compare client id and secret with the upstream's dashboard and correct them.",
    retryAt: new Date(retryAt),
    cause,
  });
}

/** Somebody else is refreshing, and it takes too long. */
export function refreshTakesLong(displayName: string): ProviderError {
  return new ProviderError('upstream_timeout', {
    message: `${displayName} gave no new access token in time.`,
    remedy: 'Try again in a moment.',
  });
}

/** The upstream has just refused a token that it had just given. */
export function freshTokenRefused(displayName: string): ProviderError {
  return new ProviderError('upstream_error', {
    message: `${displayName} refuses an access token that it has only just given.`,
    remedy: `Try again in a moment; if it stays so, link the account again at /auth.`,
  });
}

/** An exchange has just failed in a way that leaves the consent as it is. */
export function exchangeFailed(displayName: string, error: TokenError, retryAt: Date): ProviderError {
  const isLate = error.cause instanceof UpstreamError && error.cause.kind === 'timeout';
  return tokenWait(displayName, isLate ? 'timeout' : error.kind, retryAt, error);
}

/** An earlier exchange failed, and nothing is sent until some time has passed. */
export function coolingDown(displayName: string, row: GrantRow): ProviderError {
  return tokenWait(displayName, row.cooldownReason ?? 'transient', row.cooldownUntil ?? undefined);
}

function tokenWait(
  displayName: string,
  kind: TokenErrorKind | 'timeout',
  retryAt: Date | undefined,
  cause?: unknown,
): ProviderError {
  const details = {
    message: `${displayName} gave no new access token.`,
    remedy: 'Nothing to do here: it is asked again by itself.',
    ...(retryAt === undefined ? {} : { retryAt }),
    cause,
  };
  switch (kind) {
    case 'rate_limited':
      return new ProviderError('upstream_rate_limited', {
        ...details,
        message: `${displayName} refuses to give access tokens for a while.`,
      });
    case 'timeout':
      return new ProviderError('upstream_timeout', {
        ...details,
        message: `${displayName} gave no new access token in time.`,
      });
    case 'invalid_grant':
      return new ProviderError('reauthorization_required', {
        ...details,
        message: `${displayName} has refused the stored consent once, which also happens while it has a fault.`,
        remedy: `It is asked again by itself; if it goes on refusing, link the account again at /auth.`,
      });
    case 'transient':
    case 'refused':
    case 'invalid_client':
      return new ProviderError('upstream_error', details);
  }
}
