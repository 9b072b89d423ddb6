import { setTimeout as delay } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { integer, oneOf } from '../control/parameters.js';
import { scenario, type Scenarios } from '../control/scenario.js';
import { deliverWhole, type Answer, type Deliver } from './answer.js';

/** What a fault of the wire brings: a way to deliver badly what the upstream wanted to say. */
export interface WireFault {
  deliver: Deliver;
}

const gatewayPage =
  '\n<html><head><title>502 Bad Gateway</title></head>\n' +
  '<body><center><h1>502 Bad Gateway</h1></center><hr><center>sandbox</center></body></html>\n';

const notObjects = { array: '[]', null: 'null', string: '"x"', number: '7' } as const;

/** Faults that any upstream behind HTTP can have. */
export const wireFaults: Scenarios<WireFault> = {
  html: scenario('An HTML page with status 502, as a gateway sends.', {}, () => htmlPage(502)),
  'html-200': scenario('An HTML page with status 200.', {}, () => htmlPage(200)),
  truncated: scenario('A body cut in the middle, with a Content-Length that agrees with the cut.', {}, () => ({
    deliver: (reply, answer) => deliverWhole(reply, { ...answer, body: firstHalf(answer) }),
  })),
  'cut-connection': scenario('The connection ends in the middle of the body.', {}, () => ({
    deliver: (reply, answer) => {
      beginRaw(reply, answer, { 'content-length': Buffer.byteLength(answer.body) });
      reply.raw.write(firstHalf(answer), () => reply.raw.destroy());
    },
  })),
  slow: scenario('The right answer, late.', { ms: integer({ min: 0, max: 600_000, absent: 3000 }) }, ({ ms }) => ({
    deliver: async (reply, answer) => {
      const gone = untilClosed(reply);
      // What it takes to make up the answer is part of it.
      await delay(Math.max(0, ms - reply.elapsedTime), undefined, { signal: gone }).catch((error: unknown) => {
        // The client went away, or the sandbox is closing: nobody is left to answer.
        if (!gone.aborted) throw error;
      });
      if (gone.aborted) reply.hijack();
      else await deliverWhole(reply, answer);
    },
  })),
  drip: scenario(
    'One byte now and then, without end.',
    { ms: integer({ min: 1, max: 600_000, absent: 500 }) },
    ({ ms }) => ({
      deliver: (reply, answer) => {
        beginRaw(reply, { ...answer, status: 200 }, {});
        reply.raw.write('{');
        const timer = setInterval(() => reply.raw.write(' '), ms);
        reply.raw.once('close', () => {
          clearInterval(timer);
        });
      },
    }),
  ),
  hang: scenario('Takes the request and never answers.', {}, () => ({
    deliver: (reply) => {
      reply.hijack();
    },
  })),
  reset: scenario('The connection is reset before any answer.', {}, () => ({
    deliver: (reply) => {
      reply.hijack();
      reply.raw.socket?.resetAndDestroy();
    },
  })),
  huge: scenario(
    'Status 200 and a valid JSON body of that many megabytes.',
    { mb: integer({ min: 1, max: 4096, absent: 64 }) },
    ({ mb }) => ({
      deliver: async (reply, answer) => {
        await reply
          .code(200)
          .headers(answer.headers)
          .type('application/json')
          .send(Readable.from(padding(mb)));
      },
    }),
  ),
  'not-an-object': scenario(
    'Status 200 and JSON that is no object.',
    { body: oneOf(['array', 'null', 'string', 'number'], 'array') },
    ({ body }) => ({
      deliver: (reply, answer) =>
        deliverWhole(reply, { ...answer, status: 200, contentType: 'application/json', body: notObjects[body] }),
    }),
  ),
};

function htmlPage(status: number): WireFault {
  return {
    deliver: (reply) => deliverWhole(reply, { status, contentType: 'text/html', headers: {}, body: gatewayPage }),
  };
}

function firstHalf(answer: Answer): Buffer {
  const whole = Buffer.from(answer.body);
  return whole.subarray(0, Math.floor(whole.length / 2));
}

/** Takes the reply out of Fastify's hands and sends the head. */
function beginRaw(reply: FastifyReply, answer: Answer, headers: Record<string, number>): void {
  reply.hijack();
  reply.raw.writeHead(answer.status, { ...answer.headers, 'content-type': answer.contentType, ...headers });
}

function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}

function* padding(megabytes: number): Generator<string> {
  const opening = '{"padding":"';
  const closing = '"}';
  yield opening;
  const chunk = 'x'.repeat(64 * 1024);
  for (let at = 1; at < megabytes * 16; at += 1) yield chunk;
  yield chunk.slice(opening.length + closing.length) + closing;
}
