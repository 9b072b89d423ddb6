import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenAuthority } from './token-authority.js';

/** What goes wrong with one request. */
export type Fault = (response: ServerResponse, exchange: () => unknown, form: URLSearchParams) => void;

/** A token endpoint on a free loopback port. */
export interface TokenServer {
  url: string;
  authority: TokenAuthority;
  /** Every request as it arrived. */
  received: { headers: IncomingMessage['headers']; form: URLSearchParams }[];
  /** The next requests go wrong like this, in turn. */
  fail(...faults: Fault[]): void;
  /** Nothing goes wrong any more. */
  clear(): void;
  /** Requests wait from now on. @returns lets them go on */
  hold(): () => void;
  close(): Promise<void>;
}

/** Starts one that knows every refresh token of its authority, and answers every code. */
export async function startTokenServer(): Promise<TokenServer> {
  const authority = new TokenAuthority();
  const received: TokenServer['received'] = [];
  const faults: Fault[] = [];
  let gate: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await textOf(request));
    received.push({ headers: request.headers, form });
    const token = form.get('refresh_token') ?? '';
    const leave = form.has('refresh_token') ? authority.arrive(token) : () => undefined;
    response.once('close', leave);
    await gate;
    const exchange = (): unknown =>
      form.has('code')
        ? { ...tokensOf(authority), token_type: 'Bearer', expires_in: 3600, scope: 'b a' }
        : { ...authority.exchange(token), token_type: 'Bearer', expires_in: 3600 };
    const fault = faults.shift();
    if (fault) {
      fault(response, exchange, form);
      return;
    }
    const body = exchange();
    const isGood = typeof body === 'object' && body !== null && 'access_token' in body;
    send(response, isGood ? 200 : 400, isGood ? body : { error: 'invalid_grant', error_description: 'Token revoked' });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    authority,
    received,
    fail: (...next) => void faults.push(...next),
    clear: () => void faults.splice(0),
    hold: () => {
      let release = (): void => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return release;
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

/** An answer without acting. */
export function says(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault {
  return (response) => {
    send(response, status, body, headers);
  };
}

/** Acts, and then the connection breaks. */
export const dropsAfterCommit: Fault = (response, exchange) => {
  exchange();
  response.destroy();
};

/** The connection breaks before anything has happened. */
export const drops: Fault = (response) => {
  response.destroy();
};

/** Never answers. */
export const hangs: Fault = () => undefined;

/** Acts, and sends half of the answer. */
export const truncates: Fault = (response, exchange) => {
  const body = JSON.stringify(exchange());
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
};

/** Acts, and sends half of a JSON text as if it were whole. */
export const sendsHalf: Fault = (response, exchange) => {
  const body = JSON.stringify(exchange());
  response.writeHead(200, { 'content-type': 'application/json' }).end(body.slice(0, body.length / 2));
};

/** Refuses, and repeats all that it was sent. */
export const echoes: Fault = (response, _exchange, form) => {
  send(response, 400, { error: 'invalid_grant', error_description: `No: ${form.toString()}` });
};

function tokensOf(authority: TokenAuthority): { access_token: string; refresh_token: string } {
  const { accessToken, refreshToken } = authority.consent();
  return { access_token: accessToken, refresh_token: refreshToken };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  return address.port;
}
