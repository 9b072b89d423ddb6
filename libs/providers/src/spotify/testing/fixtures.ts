import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type UpstreamAnswer, parseJson } from '#upstream';
import { type Wire, asObject } from '../../wire.js';

const FOLDER = join(import.meta.dirname, '../fixtures/ok');

/** The names of the bodies that are good answers. */
export function namesOfBodies(): string[] {
  return readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
}

/** The text of one of them. */
export function textOf(name: string): string {
  return readFileSync(join(FOLDER, `${name}.json`), 'utf8');
}

/** The same, parsed. */
export function bodyOf(name: string): Wire {
  const body = asObject(parseJson(textOf(name)));
  if (!body) throw new TypeError(`${name}.json is not an object.`);
  return body;
}

/** An answer as the client hands it on. */
export function answerOf(text: string, status = 200): UpstreamAnswer {
  return { status, headers: {}, text, json: parseJson(text) };
}
