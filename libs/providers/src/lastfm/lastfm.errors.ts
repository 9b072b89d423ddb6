import { ProviderError, type ProviderErrorCode } from '#listening';
import { type UpstreamAnswer, type Verdict, judgeByStatus } from '#upstream';
import { type Wire, asObject, inOneLine } from '../wire.js';
import { asCount, asText } from './lastfm.wire.js';

/** What Last.fm says that it failed at, wherever it says it: the HTTP status cannot be trusted, errors come with 200 too. */
export interface LastfmFault {
  code: number;
  message: string;
}

/**
 * Finds the error in a body: `{"error":6,"message":"…"}`, Libre.fm's `{"error":{"code":"7","#text":"…"}}`, or the XML
 * that some failures send although JSON was asked for. Null when there is none.
 */
export function faultOf({ json, text }: UpstreamAnswer): LastfmFault | null {
  const body = asObject(json);
  if (body && 'error' in body) {
    const nested = asObject(body['error']);
    const code = asCount(nested ? nested['code'] : body['error']);
    const words = asText(nested ? nested['#text'] : body['message']);
    return code === null ? { code: UNNAMED, message: words || asText(body['error']) } : { code, message: words };
  }
  const xml = /<lfm\b[^>]*\bstatus\s*=\s*["']failed["'][^>]*>\s*<error\s+code\s*=\s*["'](\d+)["']\s*>([^<]*)/.exec(
    text,
  );
  return xml ? { code: Number(xml[1]), message: (xml[2] ?? '').trim() } : null;
}

/** What each error code means for us. Codes that are not here are bugs of ours or news of theirs. */
const MEANINGS: Readonly<Record<number, { code: ProviderErrorCode; cause: string; remedy: string }>> = {
  4: {
    code: 'provider_not_configured',
    cause: 'Last.fm does not accept this API key for reading',
    remedy: 'Check LASTFM_API_KEY against https://www.last.fm/api/accounts, then restart.',
  },
  10: {
    code: 'provider_not_configured',
    cause: 'Last.fm does not know this API key',
    remedy: 'Set LASTFM_API_KEY to a key from https://www.last.fm/api/accounts, then restart.',
  },
  17: {
    code: 'forbidden',
    cause: 'This Last.fm account hides its listening history',
    remedy:
      'The owner of the account unticks "Hide recent listening information" at https://www.last.fm/settings/privacy; the charts and the profile can be read meanwhile.',
  },
  26: {
    code: 'provider_not_configured',
    cause: 'Last.fm has suspended this API key',
    remedy:
      'Ask Last.fm about it, or set LASTFM_API_KEY to another key from https://www.last.fm/api/account/create, then restart.',
  },
};

const USER_NOT_FOUND = {
  code: 'provider_not_configured',
  cause: 'Last.fm knows no user of this name',
  remedy: 'Check LASTFM_USERNAME: it is the last part of the address of your profile page. Then restart.',
} as const;

/** Most likely the backend failed; offline for a while; temporarily unavailable. */
const TRANSIENT = new Set([8, 11, 16]);
/** An error that has no number. */
const UNNAMED = 0;
const RATE_LIMITED = 29;
const INVALID_PARAMETERS = 6;

/** What was asked, as far as it tells a good answer from another. */
export interface Expected {
  /** The user that was asked for; an answer about somebody else, which has been seen, is not used. */
  account: string;
  /** The key of the body that holds what was asked for. */
  list: string;
  /** Whose data a body is, as it says itself; null when it does not. */
  ownerOf: (body: Wire) => string | null;
}

/** What an answer of Last.fm means: first by the error it names, then by its HTTP status. */
export function judge(answer: UpstreamAnswer, { account, list, ownerOf }: Expected): Verdict {
  const byStatus = judgeByStatus(answer);
  const fault = faultOf(answer);
  if (fault) return judgeFault(fault, byStatus);
  // Last.fm says why it refuses; what stands before it does not, and has been seen to refuse for a while.
  if (answer.status === 401 || answer.status === 403) {
    const reason = `HTTP ${answer.status} without a word of its own, as where a network or a country is shut out`;
    return { kind: 'transient', reason };
  }
  if (!byStatus) return { kind: 'refused', error: refusal(`HTTP ${answer.status}`) };
  if (byStatus.kind !== 'good') return byStatus;
  const body = asObject(answer.json);
  if (!body) return { kind: 'transient', reason: 'a body that is not an object' };
  if (!asObject(body[list])) return { kind: 'transient', reason: `a body without ${list}` };
  const owner = ownerOf(body);
  if (owner !== null && owner.toLowerCase() !== account.toLowerCase()) {
    return { kind: 'transient', reason: "another user's data" };
  }
  return byStatus;
}

function judgeFault({ code, message }: LastfmFault, byStatus: Verdict | null): Verdict {
  const reason = `error ${code}: ${inShort(message) || 'no message'}`;
  if (code === RATE_LIMITED) return { kind: 'rate_limited', reason };
  if (TRANSIENT.has(code)) return { kind: 'transient', reason };
  const userNotFound = code === INVALID_PARAMETERS && /user not found/i.test(message);
  const meaning = userNotFound ? USER_NOT_FOUND : MEANINGS[code];
  if (meaning) {
    const error = new ProviderError(meaning.code, {
      message: `${meaning.cause} (error ${code}).`,
      remedy: meaning.remedy,
    });
    return { kind: 'refused', error };
  }
  // A gateway's error, or news of Last.fm's: the status knows more than we do.
  if (byStatus?.kind === 'transient' || byStatus?.kind === 'rate_limited') return { kind: byStatus.kind, reason };
  if (code === UNNAMED && byStatus) return { kind: 'transient', reason };
  return { kind: 'refused', error: refusal(reason) };
}

/**
 * Their words as ours may repeat them: a message can be of any length, and can repeat the address with the key in it.
 */
function inShort(message: string): string {
  return inOneLine(message.replace(/[0-9a-f]{32}/gi, '…'));
}

function refusal(reason: string): ProviderError {
  return new ProviderError('upstream_error', {
    message: `Last.fm refused the request (${reason}).`,
    remedy:
      'Look at LASTFM_API_URL if it is set, and whether there is a newer version of this service; report it otherwise.',
    isFinal: true,
  });
}
