import { isRecord } from '../control/parameters.js';
import type { Format } from './reply.js';

/** A call of the API. Parameter names are in lower case; of a parameter sent twice the last one counts. */
export interface Question {
  /** In lower case; '' when none was sent. */
  method: string;
  format: Format;
  parameters: ReadonlyMap<string, string>;
}

/** Reads a call from its address and, of a POST, its form. */
export function readQuestion(url: string, form: unknown): Question {
  const parameters = new Map<string, string>();
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  for (const [name, value] of new URLSearchParams(query)) parameters.set(name.toLowerCase(), value);
  for (const [name, value] of Object.entries(isRecord(form) ? form : {})) {
    if (typeof value === 'string') parameters.set(name.toLowerCase(), value);
  }
  return {
    method: (parameters.get('method') ?? '').toLowerCase(),
    format: parameters.get('format')?.toLowerCase() === 'json' ? 'json' : 'xml',
    parameters,
  };
}

/** The parameters as the ledger may show them: of keys only the end. */
export function safeParameters(question: Question): Record<string, string> {
  return Object.fromEntries(
    [...question.parameters].map(([name, value]) => [name, secretNames.has(name) ? value.slice(-4) : value]),
  );
}

const secretNames = new Set(['api_key', 'api_sig', 'sk']);
