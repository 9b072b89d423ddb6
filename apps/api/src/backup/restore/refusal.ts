import { ProviderError } from '#listening';

const CLOSED: ReadonlySet<string> = new Set(['forbidden', 'not_supported']);

/** The upstream keeps this closed, whoever asks and however often. */
export function isClosed(error: unknown): error is ProviderError {
  return error instanceof ProviderError && CLOSED.has(error.code);
}

/** The upstream has understood what was asked, and refuses it; nobody knows why, and it may pass. */
export function isFinal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.isFinal;
}
