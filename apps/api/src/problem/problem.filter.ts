import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProviderError } from '#listening';
import { allowedMethods } from './allowed-methods.js';
import { isDatabaseAway, isDatabaseFull } from './database-trouble.js';
import { PROBLEMS, Problem, type ProblemCode } from './problem.js';

const SEE_ENDPOINTS = 'GET /endpoints lists every address of the API with its methods and parameters.';

/** Turns everything that is thrown into a problem document, and logs what nobody expected. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = this.toProblem(error, request);
    await sendProblem(http.getResponse<FastifyReply>(), problem, pathOf(request));
  }

  protected toProblem(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof ProviderError) return Problem.from(error);
    if (isDatabaseAway(error)) {
      this.logger.warn(`${request.method} ${pathOf(request)}: the database cannot be reached.`);
      return new Problem(
        'database_unavailable',
        'The database of this service cannot be reached.',
        'Start it, or look into DATABASE_URL and the log of this service; nothing has to be restarted, and /health tells when it is back.',
      );
    }
    if (isDatabaseFull(error)) {
      this.logger.error(`${request.method} ${pathOf(request)}: the disk of the database is full.`);
      return new Problem(
        'storage_failed',
        'The disk of the database is full.',
        'Make room on it, then try again; nothing has to be restarted.',
      );
    }
    const status = statusOf(error);
    if (status === 404) return notFound(request);
    const known = status === null ? undefined : BY_STATUS[status];
    if (known) return new Problem(known.code, known.detail, known.remedy);
    if (status !== null && status < 500) {
      return new Problem('invalid_request', 'The request cannot be understood.', SEE_ENDPOINTS);
    }
    this.logger.error(
      `${request.method} ${pathOf(request)} failed.`,
      error instanceof Error ? error.stack : String(error),
    );
    return new Problem(
      'internal_error',
      'This service made a mistake.',
      'Try again; the log of the service has the cause.',
    );
  }
}

/** Errors of the HTTP server and the framework, before any of our code ran. */
const BY_STATUS: Readonly<Partial<Record<number, { code: ProblemCode; detail: string; remedy: string }>>> = {
  400: {
    code: 'invalid_request',
    detail: 'The body cannot be read as what its Content-Type says.',
    remedy: 'Send valid JSON, or no body and no Content-Type.',
  },
  413: { code: 'payload_too_large', detail: 'The body is longer than 64 kB.', remedy: 'Send a shorter body.' },
  414: { code: 'headers_too_large', detail: 'The address is too long.', remedy: 'Send a shorter address.' },
  415: {
    code: 'unsupported_media_type',
    detail: 'The body is of a kind that is not read here.',
    remedy: 'Send JSON with Content-Type: application/json.',
  },
};

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's own errors carry a number.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return null;
}

function notFound(request: FastifyRequest): Problem {
  const path = pathOf(request);
  const methods = allowedMethods(request.server, path);
  // A route of this method that has not answered knows no such thing.
  if (methods.length === 0 || methods.includes(request.method)) return nothingAt(path);
  const detail = `${path} does not take ${request.method}.`;
  return new Problem('method_not_allowed', detail, `Use ${methods.join(' or ')}.`, null, methods);
}

function nothingAt(path: string): Problem {
  return new Problem('not_found', `There is nothing at ${path}.`, SEE_ENDPOINTS);
}

/** Answers an address that cannot be decoded, or has longer names than any of ours, which no route and no filter ever sees. */
export function answerUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const isTooLong = 'code' in error && error.code === 'FST_ERR_MAX_PARAM_LENGTH';
  const problem = isTooLong
    ? nothingAt(pathOf(request))
    : new Problem('invalid_request', 'The address cannot be read.', 'Encode the address as UTF-8 with percent signs.');
  void sendProblem(reply, problem, pathOf(request));
}

/** Without the query, which can hold anything; and not for ever long. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '/').slice(0, 200);
}

/** @param instance the path that was asked for */
export async function sendProblem(reply: FastifyReply, problem: Problem, instance: string): Promise<void> {
  setProblemHeaders(reply, problem);
  await reply
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.document(instance)));
}

/** The status and the headers of a problem, in whatever shape its text goes out. */
export function setProblemHeaders(reply: FastifyReply, problem: Problem): void {
  if (problem.allow.length > 0) void reply.header('Allow', problem.allow.join(', '));
  if (problem.code === 'unauthorized') void reply.header('WWW-Authenticate', 'Bearer realm="tonearm"');
  if (problem.retryAt) {
    const seconds = Math.max(1, Math.ceil((problem.retryAt.getTime() - Date.now()) / 1000));
    void reply.header('Retry-After', seconds);
  }
  void reply.status(PROBLEMS[problem.code].status).header('Cache-Control', 'no-store');
}
