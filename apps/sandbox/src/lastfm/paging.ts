import type { JsonObject } from '../json.js';
import type { Question } from './question.js';
import { failure, type LastfmReply } from './reply.js';

/** Which part of a list is asked for; both count from 1. */
export interface Paging {
  page: number;
  limit: number;
}

const lastPage = 1_000_000;

/** Reads `page` and `limit`; a limit above `maxLimit` is lowered to it. */
export function readPaging(question: Question, maxLimit: number): Paging | LastfmReply {
  const page = readWhole(question.parameters.get('page') ?? '1');
  if (page === null || page < 1 || page > lastPage) {
    return failure(6, { message: `page param out of bounds (1-${lastPage})`, links: true });
  }
  const limit = readWhole(question.parameters.get('limit') ?? '50');
  if (limit === null || limit < 1) {
    return failure(6, { message: `limit param out of bounds (1-${maxLimit})`, links: true });
  }
  return { page, limit: Math.min(limit, maxLimit) };
}

/** A number of seconds or of things; null when the text is none. */
export function readWhole(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}

/** The `@attr` of a list. */
export function listAttributes(user: string, paging: Paging, total: number): JsonObject {
  return {
    page: String(paging.page),
    total: String(total),
    user,
    perPage: String(paging.limit),
    totalPages: String(Math.ceil(total / paging.limit)),
  };
}

/** The entries of one page. */
export function pageOf<T>(entries: readonly T[], { page, limit }: Paging): readonly T[] {
  return entries.slice((page - 1) * limit, page * limit);
}

/** A list as it is sent: normally a list, and the bare entry where lists of one are not. */
export function sentList(entries: readonly JsonObject[], singleAsObject: boolean): JsonObject | readonly JsonObject[] {
  const [only] = entries;
  return singleAsObject && entries.length === 1 && only !== undefined ? only : entries;
}
