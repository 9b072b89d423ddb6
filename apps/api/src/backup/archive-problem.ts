import { Problem, type ProblemCode } from '../problem/problem.js';
import type { ArchiveError, ArchiveErrorCode } from './archive/archive-error.js';

const CODES: Readonly<Partial<Record<ArchiveErrorCode, ProblemCode>>> = {
  not_an_archive: 'not_found',
  not_kept: 'not_found',
  damaged: 'conflict',
};

/** What is wrong with backups on disk, as everybody is told. */
export function archiveProblem({ code, message, remedy }: ArchiveError): Problem {
  return new Problem(CODES[code] ?? 'storage_failed', message, remedy);
}
