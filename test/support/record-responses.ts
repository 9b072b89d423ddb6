import { note } from './secret-scan.js';
import { isServicePort } from './service.js';

/** Hands tokens to the owner: the one place where they belong into an answer. */
const HANDS_OUT = '/admin/tokens';

/** Stands on a fetch that records already: files of one worker share it. */
const RECORDS = Symbol.for('tonearm records responses');

const ask = globalThis.fetch;

/** Every answer that a test gets from a service is looked through at the end of the run. */
const recording: typeof fetch = async (input, init) => {
  const response = await ask(input, init);
  const { port, pathname } = new URL(response.url);
  const isText = !(response.headers.get('content-type') ?? '').startsWith('text/event-stream');
  if (isServicePort(Number(port)) && pathname !== HANDS_OUT && isText) {
    const body = await response.clone().text();
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    note('response', `${init?.method ?? 'GET'} ${pathname} ${response.status}\n${headers}\n${body}`);
  }
  return response;
};

if (!(RECORDS in ask)) globalThis.fetch = Object.assign(recording, { [RECORDS]: true });
