import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, map } from 'rxjs';
import { Answer } from './answer.js';
import { FastPath } from './fast-path.js';
import { isKnown } from './json-answer.js';

/** What caches may keep for longer we may repeat for so long ourselves. */
const REPEATED_MS = 1_000;

/** Sends what controllers of public reads return, with its validators. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly fastPath: FastPath) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof Answer)) return answer;
        const reply = http.getResponse<FastifyReply>();
        const { body, etag } = answer.bytes;
        this.offer(http.getRequest<FastifyRequest>(), answer);
        void reply.status(answer.status).headers({ ...answer.headers, ETag: etag });
        if (answer.status === 200 && isKnown(http.getRequest<FastifyRequest>().headers['if-none-match'], etag)) {
          void reply.status(304);
          return undefined;
        }
        void reply.header('Content-Type', answer.contentType);
        return body;
      }),
    );
  }

  private offer({ raw }: FastifyRequest, { bytes, headers, status, isCurrent }: Answer): void {
    if (status !== 200 || !headers['Cache-Control']?.startsWith('public')) return;
    const until = Date.now() + REPEATED_MS;
    this.fastPath.offer(raw, { ...bytes, isCurrent: isCurrent ?? (() => Date.now() < until) });
  }
}
