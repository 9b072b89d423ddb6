import type { Socket } from 'node:net';
import { Problem, type ProblemCode } from './problem.js';

/**
 * Answers what the HTTP parser refuses, before there is a request: an address with headers of more than 16 kB, or
 * something that is not HTTP at all.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const code: ProblemCode = tooLarge ? 'headers_too_large' : 'invalid_request';
  const detail = tooLarge
    ? 'The address and the headers are longer than 16 kB together.'
    : 'This is not a request that can be read as HTTP.';
  const remedy = tooLarge
    ? 'Send a shorter address: limit takes a number from 1 to 50, period one word.'
    : 'Send an HTTP/1.1 request.';
  const document = new Problem(code, detail, remedy).document('');
  const body = JSON.stringify(document);
  socket.end(
    [
      `HTTP/1.1 ${document.status} ${tooLarge ? 'Request Header Fields Too Large' : 'Bad Request'}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
