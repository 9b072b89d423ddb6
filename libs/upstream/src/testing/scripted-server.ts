import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one call. */
export type Script = (response: ServerResponse, request: IncomingMessage) => void;

/** A call as it arrived. */
export interface ReceivedCall {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** The client's port: the same for calls over one connection. */
  port: number | undefined;
  /** As far as it has arrived. */
  body: string;
  /** True once the connection ended before the whole answer was sent. */
  cut: boolean;
}

/** A server on a free loopback port that does what the test says. */
export interface ScriptedServer {
  /** Without a slash at its end. */
  url: string;
  calls: readonly ReceivedCall[];
  /** The next calls get these in turn, and the last one for ever. */
  will(...scripts: [Script, ...Script[]]): void;
  close(): Promise<void>;
}

/** Starts one; it answers `{}` until it is told otherwise. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const calls: ReceivedCall[] = [];
  let scripts: Script[] = [json({})];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const call: ReceivedCall = { method, url, headers, port: request.socket.remotePort, body: '', cut: false };
    calls.push(call);
    request.on('data', (part: Buffer) => (call.body += part.toString()));
    response.once('close', () => {
      call.cut = !response.writableFinished;
    });
    const [script] = scripts;
    if (scripts.length > 1) scripts = scripts.slice(1);
    script?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    calls,
    will: (...next) => {
      scripts = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  return address.port;
}

/** Any body, whole. */
export function answer(status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Script {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** A body as JSON. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Script {
  return answer(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Too many calls; without `retryAfter` it does not say for how long. */
export function tooMany(retryAfter?: string): Script {
  return answer(429, '', retryAfter === undefined ? {} : { 'retry-after': retryAfter });
}

/** Takes the call and never answers. */
export const hang: Script = () => undefined;

/** Announces a long body and ends in the middle of it. */
export const cutShort: Script = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"half":', () => response.destroy());
};

/** Resets the connection in place of an answer. */
export const reset: Script = (response) => {
  response.socket?.resetAndDestroy();
};

/** One byte now and then, without end: the connection is never idle. */
export const drip: Script = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.once('close', () => {
    clearInterval(timer);
  });
};
