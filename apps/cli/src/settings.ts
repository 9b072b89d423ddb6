import { readFileSync } from 'node:fs';
import { Fault, codeOf, wrongUsage } from './fault.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = '7723';

/** Where the service is, without a slash at its end. @param given by --url @throws Fault */
export function readUrl(given: string | undefined, environment: Environment): string {
  const fromEnvironment = valueOf(environment, 'TONEARM_URL');
  if (given !== undefined) return checkUrl(given, '--url');
  if (fromEnvironment !== undefined) return checkUrl(fromEnvironment, 'TONEARM_URL');
  const port = valueOf(environment, 'PORT') ?? DEFAULT_PORT;
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return `http://127.0.0.1:${port}`;
  throw wrongUsage('PORT is no port.', `Set it to a number from 1 to 65535, for example PORT=${DEFAULT_PORT}.`);
}

function checkUrl(text: string, name: string): string {
  const example = `For example ${name}${name.startsWith('-') ? ' ' : '='}https://music.example.org.`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw wrongUsage(`${name} is no address that begins with http:// or https://.`, example);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw wrongUsage(`${name} has more than an address in it: a user, a password, a query or a fragment.`, example);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/**
 * The owner's token.
 *
 * @param own the environment before .env was read: what it has, .env cannot contradict
 * @param environment with what .env has added
 * @throws Fault
 */
export function readToken(own: Environment, environment: Environment): string {
  const token = tokenOf(own) ?? tokenOf(environment);
  if (token === undefined) {
    throw new Fault(
      "The owner's token is not set.",
      'Set ADMIN_TOKEN or ADMIN_TOKEN_FILE, in the environment or in .env, to the token of the service; its first start has shown one.',
    );
  }
  // A header cannot carry anything else, and the error would show it.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Fault(
    "The owner's token has spaces or letters in it that no header can carry.",
    'Look at ADMIN_TOKEN, or at the file in ADMIN_TOKEN_FILE.',
  );
}

function tokenOf(environment: Environment): string | undefined {
  const [token, file] = [valueOf(environment, 'ADMIN_TOKEN'), valueOf(environment, 'ADMIN_TOKEN_FILE')];
  if (file === undefined) return token;
  if (token !== undefined) throw new Fault('ADMIN_TOKEN is given twice.', 'Remove it or ADMIN_TOKEN_FILE.');
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content !== '') return content;
  } catch (error) {
    throw new Fault(
      `ADMIN_TOKEN_FILE names a file that cannot be read (${codeOf(error) ?? 'unknown reason'}).`,
      'Let it name a file that has the token and nothing else.',
    );
  }
  throw new Fault('ADMIN_TOKEN_FILE names an empty file.', "Write the owner's token into it.");
}

/** An empty one is as good as none. */
function valueOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim() ?? '';
  return value === '' ? undefined : value;
}
