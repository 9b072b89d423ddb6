import { Catch } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemFilter } from '../problem/problem.filter.js';
import type { Problem } from '../problem/problem.js';
import { ArchiveError } from './archive/archive-error.js';
import { archiveProblem } from './archive-problem.js';

/** Tells what is wrong with backups on disk. */
@Catch()
export class BackupProblemFilter extends ProblemFilter {
  protected override toProblem(error: unknown, request: FastifyRequest): Problem {
    return error instanceof ArchiveError ? archiveProblem(error) : super.toProblem(error, request);
  }
}
