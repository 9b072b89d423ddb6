import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './problem.js';

/**
 * Answers what the HTTP parser refuses, before there is a request: an address with headers of more than 16 kB, or
 * something that is not HTTP at all.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const document = toProblem(error.code).document('');
  const body = JSON.stringify(document);
  socket.end(
    [
      `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function toProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = 'The address and the headers are longer than 16 kB together.';
    const remedy = 'Send fewer headers, or a shorter address: limit takes a number from 1 to 50, period one word.';
    return new Problem('headers_too_large', detail, remedy);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem('request_timeout', 'The request did not come as a whole in time.', 'Send it again at once.');
  }
  return new Problem('invalid_request', 'This is not a request that can be read as HTTP.', 'Send an HTTP/1.1 request.');
}
