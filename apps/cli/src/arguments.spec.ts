import { describe, expect, it } from 'vitest';
import { type Usage, readArguments, usageLine } from './arguments.js';
import { Fault } from './fault.js';

const fetchUsage: Usage = {
  name: 'fetch',
  takes: ['backup'],
  about: '',
  options: [
    { name: 'format', takes: 'format', values: ['json', 'csv'], about: '' },
    { name: 'out', takes: 'file', about: '' },
    { name: 'force', takes: null, about: '' },
    { name: 'tag', takes: 'tag', isRepeatable: true, about: '' },
  ],
};
const USAGES: readonly Usage[] = [
  fetchUsage,
  { name: 'list', takes: [], about: '', options: [] },
  {
    name: 'compare',
    takes: ['one', 'other'],
    about: '',
    options: [
      { name: 'since', takes: 'date', replacesWords: true, about: '' },
      { name: 'force', takes: null, about: '' },
    ],
  },
  { name: 'help', takes: [], mayTake: ['command'], about: '', options: [] },
];

const read = (line: string): ReturnType<typeof readArguments> => readArguments(line.split(' ').filter(Boolean), USAGES);

function fault(line: string): Fault {
  try {
    read(line);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error(`“${line}” was understood.`);
}

describe('what somebody has typed', () => {
  it('is a command, its words and its options, in any order', () => {
    const options = new Map([['format', 'csv']]);
    const expected = { command: 'fetch', words: ['latest'], options, repeated: new Map() };
    for (const line of ['fetch latest --format csv', 'fetch --format=csv latest', '--format csv fetch latest']) {
      expect(read(line)).toEqual(expected);
    }
    expect(read('fetch latest --force --out -').options).toEqual(
      new Map([
        ['force', ''],
        ['out', '-'],
      ]),
    );
    expect(read('fetch latest --out=-x').options.get('out')).toBe('-x');
  });

  it('may have an option instead of its words', () => {
    expect(read('compare --since 2026-10-01')).toMatchObject({
      words: [],
      options: new Map([['since', '2026-10-01']]),
    });
    expect(read('compare a b')).toMatchObject({ words: ['a', 'b'], options: new Map() });
  });

  it('may be nothing, and a call for help needs no more', () => {
    expect(read('')).toEqual({ command: null, words: [], options: new Map(), repeated: new Map() });
    expect(read('fetch --help')).toMatchObject({ command: 'fetch', options: new Map([['help', '']]) });
    expect(read('-h')).toMatchObject({ command: null, options: new Map([['help', '']]) });
    expect(read('help fetch')).toMatchObject({ command: 'help', words: ['fetch'] });
  });

  it.each([
    ['fetsh', 'There is no command "fetsh". Did you mean fetch?', 'The commands are fetch, list, compare, help.'],
    ['compare', 'compare lacks <one>.', 'Write npm run tonearm -- compare (<one> <other> | --since <date>) [--force].'],
    [
      'compare a --since b',
      'compare takes <one> <other> or --since, and not both.',
      'compare (<one> <other> | --since',
    ],
    ['lsit', 'There is no command "lsit". Did you mean list?', 'The commands are'],
    ['quux', 'There is no command "quux".', 'The commands are'],
    ['fetch', 'fetch lacks <backup>.', 'Write npm run tonearm -- fetch <backup>'],
    ['fetch a b', 'fetch takes <backup> and no more.', 'help fetch'],
    ['list a', 'list takes options alone.', 'help list'],
    ['help fetch list', 'help takes [command] and no more.', 'help help'],
    ['fetch a --fromat csv', 'fetch has no option --fromat. Did you mean --format?', 'help fetch'],
    ['list --format csv', 'list has no option --format.', 'help list'],
    ['fetch a -f', 'fetch has no option -f.', 'help fetch'],
    ['fetch a --format', '--format lacks its value.', '--format <format>'],
    ['fetch a --format --force', '--format lacks its value.', '--format <format>'],
    ['fetch a --out=', '--out lacks its value.', '--out <file>'],
    ['fetch a --format xml', '--format takes json or csv.', '--format json'],
    ['fetch a --force=yes', '--force takes no value.', '--force alone'],
    ['fetch a --out x --out y', '--out is given twice.', 'help fetch'],
    ['ocmpaer', 'There is no command "ocmpaer". Did you mean compare?', 'The commands are'],
    ['cumpore', 'There is no command "cumpore". Did you mean compare?', 'The commands are'],
    ['fetch a --forme x', 'fetch has no option --forme. Did you mean --force?', 'help fetch'],
    ['--froce', 'There is no option --froce.', 'See npm run tonearm -- help.'],
    ['x'.repeat(99), `There is no command "${'x'.repeat(40)}".`, 'The commands are'],
    [`list --${'x'.repeat(99)}`, `list has no option --${'x'.repeat(38)}.`, 'help list'],
  ])('is refused with what was meant: %s', (line, message, remedy) => {
    expect(fault(line)).toMatchObject({ message, remedy: expect.stringContaining(remedy), exitCode: 2 });
  });

  it('has all values of what may be given more than once', () => {
    const { options, repeated } = read('fetch latest --tag a --force --tag=b');
    expect(repeated).toEqual(new Map([['tag', ['a', 'b']]]));
    expect([...options.keys()]).toEqual(['force']);
    expect(fault('fetch latest --tag a --tag')).toMatchObject({ message: '--tag lacks its value.', exitCode: 2 });
  });

  it('never holds a token, and what stands for one is not repeated', () => {
    for (const line of ['list --token hush-hush', 'list --password=hush-hush', 'list --admin-secret=hush-hush']) {
      const { message, remedy } = fault(line);
      expect(`${message} ${remedy}`).toContain('ADMIN_TOKEN');
      expect(`${message} ${remedy}`).not.toContain('hush-hush');
    }
  });

  it('is told how to write', () => {
    expect(usageLine(fetchUsage)).toBe('fetch <backup> [--format json|csv] [--out <file>] [--force] [--tag <tag>]…');
  });
});
