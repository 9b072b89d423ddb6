import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemFilter, setProblemHeaders } from '../problem/problem.filter.js';
import { problemPage } from './link-pages.js';

/** Browsers on their way to a link get a page where programs get a problem document, with the same code. */
@Catch()
export class LinkProblemFilter extends ProblemFilter {
  override async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!wantsPage(request)) {
      await super.catch(error, host);
      return;
    }
    const problem = this.toProblem(error, request);
    const reply = http.getResponse<FastifyReply>();
    setProblemHeaders(reply, problem);
    await reply.header('Content-Type', 'text/html; charset=utf-8').send(problemPage(problem));
  }
}

/** A browser that shows what it gets. */
export function wantsPage({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').includes('text/html');
}

/** A program that has said so; or a `fetch`, which cannot show the consent page, and seldom says what it takes. */
export function wantsJson(request: FastifyRequest): boolean {
  const { accept = '', 'sec-fetch-mode': mode } = request.headers;
  return !wantsPage(request) && (accept.includes('json') || mode === 'cors');
}
