import { ProviderError, type ProviderErrorCode } from '#listening';
import { type UpstreamAnswer, UpstreamError, type Verdict, judgeByStatus } from '#upstream';
import { asProviderError } from '../provider-fault.js';
import { asObject, inOneLine } from '../wire.js';
import type { Question } from './spotify.questions.js';
import { asText } from './spotify.wire.js';

export const DISPLAY_NAME = 'Spotify';

/** Spotify does not take this access token; another one may do. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/**
 * What Spotify says that is wrong: the `message` of `{"error":{"status","message"}}`, or the body itself, for some errors
 * are plain text; "" for an empty body and for a page.
 */
export function wordsOf({ json, text }: UpstreamAnswer): string {
  const said = asObject(asObject(json)?.['error']);
  if (said) return asText(said['message']);
  return json === undefined && !text.trimStart().startsWith('<') ? text.trim() : '';
}

function reasonOf({ json }: UpstreamAnswer): string {
  return asText(asObject(asObject(json)?.['error'])?.['reason']);
}

interface Refusal {
  code: ProviderErrorCode;
  cause: string;
  remedy: string;
}

/** The bare word, which Spotify sends for what it has taken away from apps in development mode. */
const BARE = /^forbidden\.?$/i;

/** What a refusal with status 403 means, by its words. They never go away by asking again. */
const REFUSALS: readonly (Refusal & { words: RegExp })[] = [
  {
    words: /premium subscription required for the owner/i,
    code: 'owner_premium_required',
    cause: 'Spotify refuses this app, because its owner has no active Premium subscription',
    remedy:
      "The owner of the app renews Premium with the account that is named in the app's settings at https://developer.spotify.com/dashboard; Spotify opens the app again some hours later, and reading goes on by itself.",
  },
  {
    words: /user not registered|user may not be registered/i,
    code: 'user_not_registered',
    cause: 'This Spotify account is not among the users of the app',
    remedy:
      "The owner of the app adds the account's name and e-mail address under User Management of the app at https://developer.spotify.com/dashboard; an app in development mode may have five users.",
  },
  {
    words: /unavailable in this country/i,
    code: 'country_unavailable',
    cause: 'Spotify is not available in the country that this service calls from',
    remedy: 'Run this service in a country where Spotify is available, or choose another provider.',
  },
  {
    words: BARE,
    code: 'not_supported',
    cause: 'Spotify does not let apps of this kind ask for this any more',
    remedy: 'Look whether there is a newer version of this service, or choose another provider for it.',
  },
];

/** For the items of a playlist it sends the bare word too: there it is about whose playlist it is. */
const PLAYLIST_CLOSED: Refusal = {
  code: 'forbidden',
  cause: 'Spotify lets apps of this kind at the entries of a playlist only for its owner and those who edit it',
  remedy: 'Add its songs to a playlist of your own in the Spotify app, if you want to keep them.',
};

const PLAYLIST_GONE: Refusal = {
  code: 'forbidden',
  cause: 'This playlist is gone, or is one of those that Spotify makes itself and shows to no app',
  remedy: 'Nothing to do here, if it was deleted; else add its songs to a playlist of your own in the Spotify app.',
};

/**
 * What a refusal says of the playlist that was asked for; null when it says something of the app, the account or us, or
 * nothing: a gateway refuses without words of Spotify's.
 */
function playlistRefusal(status: number, words: string): Refusal | null {
  if (words === '') return null;
  if (status === 404) return /^service not found/i.test(words) ? null : PLAYLIST_GONE;
  const isOfApp = REFUSALS.some((known) => known.words !== BARE && known.words.test(words));
  return status === 403 && !isOfApp ? PLAYLIST_CLOSED : null;
}

const MISSING_SCOPE = /insufficient client scope|permissions missing/i;

/** Spotify has been seen to lose a token that was sent; the same one is good at the next try. */
const TOKEN_LOST = /access token missing/i;

/** Stands in the reason of a block that the quota led to, also after a restart. */
const QUOTA = 'the quota of the developer account is spent';

/** What an answer of Spotify means, by its status and its words, which come as JSON, as plain text or not at all. */
export function judge(answer: UpstreamAnswer, question: Question): Verdict {
  const { status } = answer;
  if (question.mayBeEmpty && status >= 200 && status < 300 && answer.text.trim() === '') return { kind: 'good' };
  const words = inShort(wordsOf(answer));
  const reason = `HTTP ${status}${words === '' ? '' : `: ${words}`}`;
  if (status === 429) {
    const isQuota = reasonOf(answer) === 'QUOTA_EXCEEDED';
    return { kind: 'rate_limited', reason: isQuota ? `${reason}; ${QUOTA}` : reason };
  }
  const verdict = judgeByStatus(answer);
  if (!verdict) return judgeRefusal(status, words, reason, question);
  if (verdict.kind === 'transient' && status >= 400) return { kind: 'transient', reason };
  if (verdict.kind !== 'good') return verdict;
  if (question.holds === null) return verdict;
  const keys = question.holds.split('.');
  const held = keys.reduce<unknown>((value, key) => asObject(value)?.[key], answer.json) ?? null;
  const isThere = keys.at(-1) === 'items' ? Array.isArray(held) : held !== null;
  return isThere ? verdict : { kind: 'transient', reason: `an answer without ${question.holds}` };
}

function judgeRefusal(status: number, words: string, reason: string, { scopes, ofPlaylist }: Question): Verdict {
  // The player says so with 401, everything else with 403; a new token would be allowed no more than this one.
  if (MISSING_SCOPE.test(words)) return { kind: 'refused', error: missingScope(scopes) };
  if (status === 401) {
    return TOKEN_LOST.test(words)
      ? { kind: 'transient', reason }
      : { kind: 'refused', error: new TokenRefused(reason) };
  }
  // What cannot be read as a token at all.
  if (status === 400 && /bearer/i.test(words)) return { kind: 'refused', error: new TokenRefused(reason) };
  const closed = ofPlaylist ? playlistRefusal(status, words) : null;
  const refusal = closed ?? (status === 403 ? REFUSALS.find((known) => known.words.test(words)) : undefined);
  if (refusal) {
    const { code, cause, remedy } = refusal;
    return { kind: 'refused', error: new ProviderError(code, { message: `${cause} (${reason}).`, remedy }) };
  }
  const remedy =
    status === 404
      ? 'Check SPOTIFY_API_URL; if it is right, look whether there is a newer version of this service.'
      : 'Look whether there is a newer version of this service, and report it otherwise.';
  const message = `Spotify refused the request (${reason}).`;
  return { kind: 'refused', error: new ProviderError('upstream_error', { message, remedy, isFinal: true }) };
}

function missingScope(scopes: readonly string[]): ProviderError {
  const names = scopes.join(' ');
  if (names === '') {
    return new ProviderError('insufficient_scope', {
      message: 'The linked Spotify account has not agreed to what this needs, and Spotify does not say what that is.',
      remedy: 'Link the account again at /auth?force=1 and agree; if SPOTIFY_SCOPES is set, take it out before.',
    });
  }
  return new ProviderError('insufficient_scope', {
    message: `The linked Spotify account has not agreed to what this needs: ${names}.`,
    remedy: `Link the account again at /auth?scope=${encodeURIComponent(names)} and agree; if SPOTIFY_SCOPES is set, it must have ${names} too.`,
  });
}

/** Their words as ours may repeat them: at most a line, and nothing in it that could be a token. */
function inShort(words: string): string {
  return inOneLine(words.replace(/[\w-]{40,}/g, '…')).replace(/\.$/, '');
}

/** Says in our words why a read failed. */
export function asSpotifyError(error: unknown): ProviderError {
  if (error instanceof TokenRefused) {
    return new ProviderError('reauthorization_required', {
      message: `Spotify takes no access token of this account any more, not even a new one (${error.message}).`,
      remedy: 'Link the account again at /auth.',
    });
  }
  const said = asProviderError(error, DISPLAY_NAME);
  if (!(error instanceof UpstreamError) || !error.message.includes(QUOTA)) return said;
  return new ProviderError(said.code, {
    message: said.message,
    remedy:
      'Wait for some hours: Spotify counts the calls of all apps of a developer account together over about a day. Reading goes on by itself; other apps of the same developer account that call less make room.',
    ...(said.retryAt === null ? {} : { retryAt: said.retryAt }),
    isQuotaSpent: true,
    cause: error,
  });
}
