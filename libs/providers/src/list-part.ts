import { ProviderError } from '#listening';

/** Of a list that is read by offset: how many entries come before a part. @throws ProviderError for what is no part of it */
export function offsetOf(at: string | null, pageSize: number): number {
  const offset = at === null ? 0 : /^\d{1,9}$/.test(at) ? Number(at) : Number.NaN;
  if (offset % pageSize === 0) return offset;
  throw nothingLike(`A part of a list begins after a multiple of ${pageSize} entries, not after "${at}".`);
}

/** Where the part after this one begins; null when there is none. Without a total a part that is not full is the last. */
export function partAfter(offset: number, pageSize: number, entries: number, total: number | null): string | null {
  const hasMore = total === null ? entries >= pageSize : offset + pageSize < total;
  return hasMore ? String(offset + pageSize) : null;
}

/** The error of a read of what the library of a provider does not have. */
export function nothingLike(message: string): ProviderError {
  return new ProviderError('not_supported', { message, remedy: "Ask for what the provider's library has." });
}
