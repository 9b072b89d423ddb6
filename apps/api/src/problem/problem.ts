import type { ProviderError } from '#listening';
import { PROVIDER_ERROR_CODES, type ProviderErrorCode } from '#listening';

/** Codes of errors that no provider causes. */
export type OwnProblemCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'request_timeout'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'too_many_listeners'
  | 'headers_too_large'
  | 'internal_error'
  | 'storage_failed';

export type ProblemCode = ProviderErrorCode | OwnProblemCode;

/** The HTTP status of every code, and its name in words. */
export const PROBLEMS: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  invalid_request: { status: 400, title: 'The request cannot be understood' },
  unauthorized: { status: 401, title: 'Login needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  insufficient_scope: { status: 403, title: 'The account has not agreed to this' },
  not_found: { status: 404, title: 'Nothing here' },
  method_not_allowed: { status: 405, title: 'Not with this method' },
  request_timeout: { status: 408, title: 'The request did not come in time' },
  conflict: { status: 409, title: 'In conflict with what is there' },
  payload_too_large: { status: 413, title: 'The body is too long' },
  unsupported_media_type: { status: 415, title: 'The body is of a kind that is not read here' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The address or the headers are too long' },
  too_many_listeners: { status: 503, title: 'No place for another listener' },
  storage_failed: { status: 507, title: 'The disk refuses' },
  internal_error: { status: 500, title: 'A fault of this service' },
  database_unavailable: { status: 503, title: 'The database cannot be reached' },
  not_supported: { status: 501, title: 'The provider has no such thing' },
  upstream_error: { status: 502, title: 'The provider failed' },
  provider_not_configured: { status: 503, title: 'No working configuration' },
  provider_not_linked: { status: 503, title: 'No account is linked' },
  reauthorization_required: { status: 503, title: 'The account must agree again' },
  owner_premium_required: { status: 503, title: "The app owner's subscription is over" },
  user_not_registered: { status: 503, title: 'The account is not registered with the app' },
  country_unavailable: { status: 503, title: 'The provider is not there in this country' },
  upstream_rate_limited: { status: 503, title: 'The provider asked for a pause' },
  upstream_timeout: { status: 504, title: 'The provider did not answer in time' },
};

/** An error that a person or a program sees (RFC 9457). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ProblemCode;
  remedy: string;
}

/** An error to answer with. Thrown by controllers and what stands before them. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    /** What happened, in one sentence. */
    detail: string,
    /** What the reader can do. */
    readonly remedy: string,
    /** When another try makes sense; goes out as `Retry-After`. */
    readonly retryAt: Date | null = null,
    /** Methods that this address takes; goes out as `Allow`. */
    readonly allow: readonly string[] = [],
  ) {
    super(detail);
  }

  static from(error: ProviderError): Problem {
    return new Problem(error.code, error.message, error.remedy, error.retryAt);
  }

  /** @param instance the path that was asked for, without its query */
  document(instance: string): ProblemDocument {
    const { status, title } = PROBLEMS[this.code];
    // There is one page for all of them, and every code has its line there.
    return {
      type: `/docs#${this.code}`,
      title,
      status,
      detail: this.message,
      instance,
      code: this.code,
      remedy: this.remedy,
    };
  }
}

/** The codes that reads of a provider can end in. */
export const READ_PROBLEMS = PROVIDER_ERROR_CODES;
