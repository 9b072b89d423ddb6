import { note } from './secret-scan.js';
import { isServicePort } from './service.js';

/** Hands tokens to the owner: the one place where they belong into an answer. */
const HANDS_OUT = '/admin/tokens';

/** Stands on a fetch that records already: files of one worker share it. */
const RECORDS = Symbol.for('tonearm records responses');

/** Most answers are given many times. */
const recorded = new Set<string>();

const ask = globalThis.fetch;

/** Every answer that a test gets from a service is looked through at the end of the run. */
const recording: typeof fetch = async (input, init) => {
  const response = await ask(input, init);
  const { port, pathname } = new URL(response.url);
  const isText = !(response.headers.get('content-type') ?? '').startsWith('text/event-stream');
  if (isServicePort(Number(port)) && pathname !== HANDS_OUT && isText) {
    const body = await response.clone().text();
    const headers = [...response.headers]
      .filter(([name]) => name !== 'date')
      .map(([name, value]) => `${name}: ${value}`);
    const text = `${init?.method ?? 'GET'} ${pathname} ${response.status}\n${headers.join('\n')}\n${body}`;
    if (!recorded.has(text)) note('response', text);
    recorded.add(text);
  }
  return response;
};

if (!(RECORDS in ask)) globalThis.fetch = Object.assign(recording, { [RECORDS]: true });
