import type { Answer } from '../../faults/answer.js';
import type { Json, JsonObject } from '../../json.js';
import { apiError } from '../reply.js';
import type { Ask } from './ask.js';

/** Which part of a list is asked for. */
export interface Paging {
  limit: number;
  offset: number;
}

/** Reads `limit` and `offset`; the answer is what the API says to those that cannot be. */
export function readPaging(query: URLSearchParams, maxLimit = 50, maxOffset = Infinity): Paging | Answer {
  const limit = whole(query.get('limit') ?? '20');
  if (limit === null || limit < 1 || limit > maxLimit) return apiError(400, 'Invalid limit');
  const offset = whole(query.get('offset') ?? '0');
  return offset === null || offset > maxOffset ? apiError(400, 'Invalid offset') : { limit, offset };
}

/** A number without sign; null when the text is none. */
export function whole(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A page with the addresses of its neighbours. `path` is below `/v1/`; `more` are parameters to keep. */
export function pageShape(
  { look }: Pick<Ask, 'look'>,
  path: string,
  { limit, offset }: Paging,
  { items, total, more = {} }: { items: readonly Json[]; total: number; more?: Readonly<Record<string, string>> },
): JsonObject {
  const address = (at: number): string => {
    const query = new URLSearchParams({ ...more, offset: String(at), limit: String(limit) });
    return `${look.base}/${path}?${query.toString()}`;
  };
  return {
    href: address(offset),
    items,
    limit,
    next: offset + limit < total ? address(offset + limit) : null,
    offset,
    previous: offset > 0 ? address(Math.max(0, offset - limit)) : null,
    total,
  };
}
