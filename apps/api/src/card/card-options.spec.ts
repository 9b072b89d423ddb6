import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD_PARAMETERS, LAYOUTS, WIDTHS, parseCardOptions } from './card-options.js';
import { LOCALES } from './card-words.js';
import { THEME_NAMES } from './themes.js';

const UNSAID = {
  theme: 'auto',
  layout: 'row',
  width: 440,
  ground: 'theme',
  radius: 10,
  border: true,
  motion: true,
  locale: 'en',
};

describe('what is said in the query of a card', () => {
  it.each([
    undefined,
    null,
    'theme=dark',
    [],
    { theme: ['dark', 'light'], width: ['300', '400'], bg: { a: 'fff' } },
    {
      theme: '__proto__',
      layout: 'constructor',
      locale: 'toString',
      bg: 'red',
      width: '1e3',
      radius: ' ',
      motion: 'no',
    },
    { theme: '', width: '', bg: '#12', radius: '10.5', border: '0', locale: 'xx-YY' },
    { width: '440px', bg: '#1234567', locale: '-' },
  ])('is passed over when it cannot be understood: %j', (query) => {
    expect(parseCardOptions(query)).toEqual(UNSAID);
  });

  it('is taken when it can', () => {
    expect(
      parseCardOptions({
        theme: ' Midnight',
        layout: 'tall',
        width: '200',
        bg: '#0aF',
        radius: '0',
        border: 'false',
        motion: 'FALSE',
        locale: 'de-AT',
      }),
    ).toEqual({
      theme: 'midnight',
      layout: 'tall',
      width: 200,
      ground: '#00aaff',
      radius: 0,
      border: false,
      motion: false,
      locale: 'de',
    });
    expect(parseCardOptions({ bg: 'transparent' }).ground).toBe('transparent');
  });

  it.each(LAYOUTS)('is brought within the bounds of %s', (layout) => {
    expect(parseCardOptions({ layout, width: '-5' }).width).toBe(WIDTHS[layout].min);
    expect(parseCardOptions({ layout, width: '9'.repeat(400) }).width).toBe(WIDTHS[layout].max);
    expect(parseCardOptions({ layout, radius: '99' }).radius).toBe(32);
  });

  it('comes to options that exist, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(UNSAID), 'bg'), fc.anything()), (query) => {
        const { theme, layout, width, radius, locale } = parseCardOptions(query);
        expect(THEME_NAMES).toContain(theme);
        expect(LOCALES).toContain(locale);
        expect(width).toBeGreaterThanOrEqual(WIDTHS[layout].min);
        expect(width).toBeLessThanOrEqual(WIDTHS[layout].max);
        expect(radius).toBeLessThanOrEqual(32);
      }),
    );
  });

  it('has in its description the values that are really taken', () => {
    for (const { name, schema } of CARD_PARAMETERS) {
      for (const value of [...(schema.enum ?? []), schema.example]) {
        const key = name === 'bg' ? 'ground' : name;
        const said = Reflect.get(parseCardOptions({ [name]: String(value) }), key);
        expect(String(said).replace('#', ''), name).toBe(String(value));
      }
    }
  });
});
