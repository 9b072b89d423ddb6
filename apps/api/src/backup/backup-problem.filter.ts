import { Catch } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemFilter } from '../problem/problem.filter.js';
import { Problem, type ProblemCode } from '../problem/problem.js';
import { ArchiveError, type ArchiveErrorCode } from './archive/archive-error.js';

const CODES: Readonly<Partial<Record<ArchiveErrorCode, ProblemCode>>> = {
  not_an_archive: 'not_found',
  not_kept: 'not_found',
};

/** Tells what is wrong with backups on disk. */
@Catch()
export class BackupProblemFilter extends ProblemFilter {
  protected override toProblem(error: unknown, request: FastifyRequest): Problem {
    if (!(error instanceof ArchiveError)) return super.toProblem(error, request);
    return new Problem(CODES[error.code] ?? 'storage_failed', error.message, error.remedy);
  }
}
