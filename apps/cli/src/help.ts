import { COMMON, type Usage, optionText, placesOf, usageLine } from './arguments.js';
import { PROGRAM } from './program.js';
import { indent } from './summary.js';
import { table } from './table.js';

/** What stands for the words that commands take. */
const WORDS: Readonly<Record<string, string>> = {
  backup: '<backup> is an id or how one begins, a name, or latest; with --provider latest is that of one provider.',
  restore: '<restore> is an id or how one begins, or latest.',
};

/** What there is. */
export function helpLines(usages: readonly Usage[]): string[] {
  return [
    'A command line for Tonearm while it runs.',
    '',
    `${PROGRAM} <command>`,
    '',
    ...indent(table(usages.map((usage) => [shortLine(usage), usage.about]))),
    '',
    ...Object.values(WORDS),
    '',
    'Where the service is: --url, else TONEARM_URL, else port PORT of this machine (7723 unless set).',
    "The owner's token: ADMIN_TOKEN, or a file with it in ADMIN_TOKEN_FILE.",
    'All of these are also read from .env, and the environment overrules that.',
    'help <command> tells the options of a command.',
  ];
}

/** All about one command. */
export function commandHelpLines(usage: Usage): string[] {
  const options = [...usage.options, ...COMMON].map((option) => [optionText(option), option.about]);
  return [
    `${PROGRAM} ${usageLine(usage)}`,
    '',
    usage.about,
    ...[...usage.takes, ...(usage.mayTake ?? [])].flatMap((word) => WORDS[word] ?? []),
    '',
    ...indent(table(options)),
  ];
}

function shortLine(usage: Usage): string {
  return `${usage.name} ${placesOf(usage)}`.trimEnd();
}
