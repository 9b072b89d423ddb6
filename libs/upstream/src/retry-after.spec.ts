import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const now = Date.UTC(2026, 9, 21, 7, 0, 0);
const later = Date.UTC(2026, 9, 21, 7, 28, 0);

/** The same, for a process of its own. */
const code = ts.transpileModule(readFileSync(join(import.meta.dirname, 'retry-after.ts'), 'utf8'), {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
}).outputText;

describe('seconds', () => {
  it.each([
    ['0', 0],
    ['30', 30_000],
    [' 30 ', 30_000],
    ['48925', 48_925_000],
    ['0.25', 250],
    ['1.5', 1_500],
  ])('%o', (header, wait) => {
    expect(parseRetryAfter(header, now)).toBe(now + wait);
  });

  it.each(['99999999999999', '9'.repeat(400)])(
    'of %s are as good as for ever, and still a date that can be written',
    (header) => {
      const at = parseRetryAfter(header, now);
      expect(at).toBeGreaterThan(Date.UTC(9000, 0, 1));
      expect(new Date(at ?? Number.NaN).toISOString()).toMatch(/^\d{4}-/);
    },
  );
});

describe('an HTTP date', () => {
  // A thread of a process keeps the zone of that process, whatever its own environment says.
  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('is in universal time on a machine in %s', (zone) => {
    const forms = ['Wed, 21 Oct 2026 07:28:00 GMT', 'Wednesday, 21-Oct-26 07:28:00 GMT', 'Wed Oct 21 07:28:00 2026'];
    const program = `${code}
      const read = (form) => parseRetryAfter(form, ${now});
      process.stdout.write(JSON.stringify([new Date(${now}).getHours(), ...${JSON.stringify(forms)}.map(read)]));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { env: { TZ: zone } });
    const hour = new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(now);
    expect(JSON.parse(said.toString())).toEqual([Number(hour), later, later, later]);
  });

  it('can have a day of one digit', () => {
    expect(parseRetryAfter('Fri Nov  6 08:49:37 2026', now)).toBe(Date.UTC(2026, 10, 6, 8, 49, 37));
  });

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'in the past is now: %s',
    (header) => {
      expect(parseRetryAfter(header, now)).toBe(now);
    },
  );
});

describe('what says nothing', () => {
  it.each([
    undefined,
    '',
    '   ',
    '-5',
    '+5',
    '1e3',
    '0x10',
    '5s',
    '5, 10',
    '1.2.3',
    'soon',
    'NaN',
    'Infinity',
    'Retry in 5',
    'May 5',
    'Wed, 99 Oct 2026 99:28:00 GMT',
    '2026-10-21T07:28:00Z',
  ])('%o is null', (header) => {
    expect(parseRetryAfter(header, now)).toBeNull();
  });
});

it('takes any text: null, or a moment that a Date can hold and that is not before now', () => {
  const dateLike = fc
    .tuple(
      fc.constantFrom('Wed, ', 'Wednesday, ', 'Wed '),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom('', ' GMT'),
    )
    .map(([day, date, zone]) => day + date.toUTCString().slice(5) + zone);
  const header = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.double().map(String),
    fc.stringMatching(/^\d+$/),
    dateLike,
  );
  fc.assert(
    fc.property(fc.option(header, { nil: undefined }), fc.nat({ max: 4e12 }), (value, at) => {
      const parsed = parseRetryAfter(value, at);
      if (parsed === null) return;
      expect(parsed).toBeGreaterThanOrEqual(at);
      expect(new Date(parsed).getTime()).not.toBeNaN();
    }),
    { numRuns: 500 },
  );
});
