// What is measured against: a bare HTTP server of Node that sends given bytes, and does nothing else.
import { createServer } from 'node:http';

/** An answer to repeat. */
export interface BareAnswer {
  /** Names and values in turn, without those that Node adds. */
  headers: string[];
  /** In base64. */
  body: string;
  etag: string;
  notModifiedHeaders: string[];
}

const answer = JSON.parse(process.argv[2] ?? '{}') as BareAnswer;
const body = Buffer.from(answer.body, 'base64');
const server = createServer((request, response) => {
  if (request.headers['if-none-match'] === answer.etag) {
    response.writeHead(304, answer.notModifiedHeaders);
    response.end();
  } else {
    response.writeHead(200, answer.headers);
    response.end(body);
  }
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
