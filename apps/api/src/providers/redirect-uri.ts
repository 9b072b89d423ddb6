import { ProviderError } from '#listening';
import { isRedirectUri } from '#providers';

/**
 * Finds out before a person leaves that they could not come back.
 *
 * @returns why not; null when they can
 */
export function faultOfRedirect(redirectUri: string, displayName: string): ProviderError | null {
  if (isRedirectUri(redirectUri)) return null;
  const { hostname } = new URL(redirectUri);
  const message =
    hostname === 'localhost'
      ? `${displayName} does not send anybody back to "localhost" (${redirectUri}).`
      : `${displayName} sends nobody back over plain http to another machine (${redirectUri}).`;
  const remedy =
    hostname === 'localhost'
      ? 'Write 127.0.0.1 in place of localhost, in BASE_URL and in the settings of the app.'
      : 'Set BASE_URL to an https address. Without one, set the redirect URI to http://127.0.0.1 with the port and /callback, agree, and paste the address you are sent to into the form at /auth.';
  return new ProviderError('provider_not_configured', { message, remedy });
}
