import { parseArgs } from 'node:util';
import { wrongUsage } from './fault.js';
import { didYouMean } from './nearest.js';
import { PROGRAM } from './program.js';

/** An option of a command. */
export interface Option {
  /** Without the two hyphens. */
  name: string;
  /** What stands behind it; null when nothing does. */
  takes: string | null;
  /** The values that it takes; absent when any. */
  values?: readonly string[];
  /** Whether it may be given more than once. */
  isRepeatable?: true;
  /** Whether it stands instead of what has to follow the command. */
  replacesWords?: true;
  about: string;
}

/** What a command is called with. */
export interface Usage {
  name: string;
  /** What has to follow its name. */
  takes: readonly string[];
  /** What may follow it. */
  mayTake?: readonly string[];
  about: string;
  options: readonly Option[];
}

/** What somebody has typed, understood. */
export interface Call {
  /** Null when help was asked for, or nothing. */
  command: string | null;
  words: readonly string[];
  /** Values by the name of the option; empty for those that take none. */
  options: ReadonlyMap<string, string>;
  /** All values of those that may be given more than once, by the name of the option. */
  repeated: ReadonlyMap<string, readonly string[]>;
}

export const HELP = 'help';

/** Options of every command. */
export const COMMON: readonly Option[] = [
  { name: 'url', takes: 'address', about: 'where the service is' },
  { name: HELP, takes: null, about: 'what the command does' },
];

/** So much is repeated of what was typed. */
const LONGEST_ECHO = 40;
const SEE_HELP = `See ${PROGRAM} help.`;

/** @throws Fault when it cannot be understood */
export function readArguments(typed: readonly string[], usages: readonly Usage[]): Call {
  const known = [...COMMON, ...usages.flatMap(({ options }) => options)];
  const { tokens } = parseArgs({
    args: [...typed],
    options: {
      ...Object.fromEntries(known.map(({ name, takes }) => [name, { type: takes === null ? 'boolean' : 'string' }])),
      [HELP]: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
    // Its own errors repeat what was typed, and do not say what was meant.
    strict: false,
    tokens: true,
  });
  const [name, ...words] = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const usage = name === undefined ? null : usages.find((one) => one.name === name);
  if (name !== undefined && usage === undefined) throw unknownCommand(name, usages);
  const allowed = [...COMMON, ...(usage?.options ?? [])];
  const options = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = allowed.find((one) => one.name === token.name);
    if (!option) throw unknownOption(token.rawName, usage?.name ?? null, allowed);
    if (option.isRepeatable) {
      repeated.set(option.name, [...(repeated.get(option.name) ?? []), valueOf(option, token)]);
      continue;
    }
    if (options.has(option.name)) throw wrongUsage(`--${option.name} is given twice.`, seeHelp(usage));
    options.set(option.name, valueOf(option, token));
  }
  if (usage && !options.has(HELP)) checkWords(usage, words, options);
  return { command: usage?.name ?? null, words, options, repeated };
}

function valueOf(
  option: Option,
  { value, inlineValue }: { value: string | undefined; inlineValue: boolean | undefined },
): string {
  const { name, takes, values } = option;
  if (takes === null) {
    if (value === undefined) return '';
    throw wrongUsage(`--${name} takes no value.`, `Write --${name} alone.`);
  }
  // A hyphen alone stands for the standard output.
  const isOption = inlineValue !== true && value !== '-' && value?.startsWith('-') === true;
  if (value === undefined || value === '' || isOption) {
    throw wrongUsage(`--${name} lacks its value.`, `Write --${name} <${takes}>.`);
  }
  if (values && !values.includes(value)) {
    throw wrongUsage(`--${name} takes ${anyOf(values)}.`, `For example --${name} ${values[0] ?? ''}.`);
  }
  return value;
}

function checkWords(usage: Usage, words: readonly string[], options: ReadonlyMap<string, string>): void {
  const { name, takes, mayTake = [] } = usage;
  const instead = replacing(usage);
  if (instead && options.has(instead.name)) {
    if (words.length === 0) return;
    throw wrongUsage(
      `${name} takes ${placesOf(usage)} or --${instead.name}, and not both.`,
      `Write ${PROGRAM} ${usageLine(usage)}.`,
    );
  }
  const missing = takes[words.length];
  if (missing !== undefined) {
    throw wrongUsage(`${name} lacks <${missing}>.`, `Write ${PROGRAM} ${usageLine(usage)}.`);
  }
  if (words.length > takes.length + mayTake.length) {
    const places = placesOf(usage);
    throw wrongUsage(
      places === '' ? `${name} takes options alone.` : `${name} takes ${places} and no more.`,
      seeHelp(usage),
    );
  }
}

/** A command with what may follow it. */
export function usageLine(usage: Usage): string {
  const instead = replacing(usage);
  const others = usage.options.filter((option) => option !== instead);
  return [
    usage.name,
    instead ? `(${placesOf(usage)} | ${optionText(instead)})` : placesOf(usage),
    ...others.map((option) => `[${optionText(option)}]${option.isRepeatable ? '…' : ''}`),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What follows the name of a command; empty when nothing does. */
export function placesOf({ takes, mayTake = [] }: Pick<Usage, 'takes' | 'mayTake'>): string {
  return [...takes.map((word) => `<${word}>`), ...mayTake.map((word) => `[${word}]`)].join(' ');
}

function replacing({ options }: Usage): Option | undefined {
  return options.find(({ replacesWords }) => replacesWords);
}

/** An option with what stands behind it. */
export function optionText({ name, takes, values }: Option): string {
  return takes === null ? `--${name}` : `--${name} ${values ? values.join('|') : `<${takes}>`}`;
}

function unknownCommand(name: string, usages: readonly Usage[]): Error {
  const names = usages.map((usage) => usage.name);
  return wrongUsage(
    `There is no command ${JSON.stringify(name.slice(0, LONGEST_ECHO))}.${didYouMean(name, names)}`,
    `The commands are ${names.join(', ')}. ${SEE_HELP}`,
  );
}

function unknownOption(typed: string, command: string | null, allowed: readonly Option[]): Error {
  if (/token|password|secret/i.test(typed)) {
    return wrongUsage(
      "The owner's token is no option: others on this machine could read it.",
      'Set ADMIN_TOKEN or ADMIN_TOKEN_FILE, in the environment or in .env.',
    );
  }
  const name = typed.replace(/^-+/, '');
  const guess = didYouMean(
    name,
    allowed.map((option) => option.name),
  ).replace(/mean /, 'mean --');
  return wrongUsage(
    `${command === null ? 'There is' : `${command} has`} no option ${typed.slice(0, LONGEST_ECHO)}.${guess}`,
    seeHelp(command === null ? null : { name: command }),
  );
}

function seeHelp(usage: { name: string } | null | undefined): string {
  return usage ? `See ${PROGRAM} help ${usage.name}.` : SEE_HELP;
}

function anyOf(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
