import type { FastifyReply } from 'fastify';

/** Answers with problem details (RFC 9457). `allowed` says what would have been right. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  title: string,
  more: { detail: string; allowed?: Readonly<Record<string, unknown>> },
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, ...more }));
}
