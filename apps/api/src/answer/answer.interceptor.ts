import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, map } from 'rxjs';
import { JsonAnswer, isKnown } from './json-answer.js';

/** Sends what controllers of public reads return, with its validators. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof JsonAnswer)) return answer;
        const reply = http.getResponse<FastifyReply>();
        const { body, etag } = answer.bytes;
        void reply.status(answer.status).headers({ ...answer.headers, ETag: etag });
        if (answer.status === 200 && isKnown(http.getRequest<FastifyRequest>().headers['if-none-match'], etag)) {
          void reply.status(304);
          return undefined;
        }
        void reply.header('Content-Type', 'application/json; charset=utf-8');
        return body;
      }),
    );
  }
}
