import type { TokenError } from '#accounts';
import { type ConsentRefusal } from '#accounts';
import type { OAuthApp } from '#listening';
import { UpstreamError } from '#upstream';
import { Problem } from '../problem/problem.js';

const BEGIN_AGAIN = 'Begin again at /auth.';

/** Why what came back is not taken. */
export function refusedState(refusal: ConsentRefusal): Problem {
  switch (refusal) {
    case 'unknown':
      return new Problem('invalid_request', 'Nobody here has begun the consent that this belongs to.', BEGIN_AGAIN);
    case 'used':
      return new Problem(
        'conflict',
        'This consent has been finished already.',
        'Look at /admin/providers whether the account is linked; if it is not, begin again at /auth.',
      );
    case 'expired':
      return new Problem('invalid_request', 'This consent was begun more than ten minutes ago.', BEGIN_AGAIN);
    case 'other_browser':
      return new Problem(
        'forbidden',
        'This consent was begun in another browser, or by a program.',
        'Begin again at /auth here; or copy the whole address of this page, and paste it at /auth where the consent was begun. A program hands it in with POST /callback.',
      );
  }
}

/** Why a code gave no tokens, and what to do about it. */
export function exchangeFault(
  error: TokenError,
  about: { displayName: string; app: OAuthApp; redirectUri: string },
): Problem {
  const { displayName, app, redirectUri } = about;
  const said = error.description === null ? '' : ` ("${error.description}")`;
  const retryAt = error.retryAt === null ? null : new Date(error.retryAt);
  switch (error.kind) {
    case 'invalid_client':
      return new Problem(
        'provider_not_configured',
        `${displayName} does not accept the app ${app.clientId}${said}.`,
        app.clientSecret === null
          ? 'Set the client secret of the app, or register it as one without a secret.'
          : 'Compare client id and client secret with the settings of the app, letter by letter.',
      );
    case 'invalid_grant':
      return /redirect/i.test(error.description ?? '')
        ? new Problem(
            'provider_not_configured',
            `${displayName} expected another redirect URI than ${redirectUri}.`,
            `Put ${redirectUri} into the settings of the app, letter by letter, and begin again at /auth.`,
          )
        : new Problem('invalid_request', `${displayName} does not take the code any more${said}.`, BEGIN_AGAIN);
    case 'refused':
      return new Problem('upstream_error', `${displayName} refused to exchange the code${said}.`, BEGIN_AGAIN);
    case 'rate_limited':
      return new Problem(
        'upstream_rate_limited',
        `${displayName} wants to be left alone for a while.`,
        'Wait, then begin again at /auth.',
        retryAt,
      );
    case 'transient': {
      const isLate = error.cause instanceof UpstreamError && error.cause.kind === 'timeout';
      return new Problem(
        isLate ? 'upstream_timeout' : 'upstream_error',
        isLate
          ? `${displayName} did not answer in time when the code was exchanged.`
          : `${displayName} gave no usable answer when the code was exchanged (${error.message})`,
        'Nothing was changed. Begin again at /auth in a minute.',
        retryAt,
      );
    }
  }
}
