import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Color, LEGIBLE, contrast } from './contrast.js';
import { THEME_NAMES, themeOn } from './themes.js';

const ROLES = ['ink', 'soft', 'accent'] as const;

describe('contrast', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#0000ff', 2.15],
    ['#123456', '#123456', 1],
  ] as const)('of %s and %s is %d, either way round', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2);
    expect(contrast(other, one)).toBeCloseTo(ratio, 2);
  });
});

describe('themes', () => {
  it('are at least five, one of which follows the reader', () => {
    expect(THEME_NAMES.length).toBeGreaterThanOrEqual(5);
    expect(THEME_NAMES.filter((name) => themeOn(name, 'theme').dark !== null)).toEqual(['auto']);
  });

  it.each(THEME_NAMES)('%s can be read, by day and by night', (name) => {
    const { palette, dark } = themeOn(name, 'theme');
    for (const one of dark ? [palette, dark] : [palette]) {
      for (const role of ROLES) {
        expect(contrast(one[role], one.ground ?? '#ffffff'), role).toBeGreaterThanOrEqual(LEGIBLE);
      }
    }
  });

  it('can be read on whatever colour somebody wants under them', () => {
    const color = fc.nat(0xffffff).map((value): Color => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(fc.constantFrom(...THEME_NAMES), color, (name, ground) => {
        const { palette, dark } = themeOn(name, ground);
        expect([palette.ground, dark]).toEqual([ground, null]);
        for (const role of ROLES) expect(contrast(palette[role], ground)).toBeGreaterThanOrEqual(LEGIBLE);
      }),
    );
  });

  it('keep their texts where the page shows through', () => {
    const { palette } = themeOn('forest', 'transparent');
    expect(palette).toEqual({ ...themeOn('forest', 'theme').palette, ground: null });
    expect(themeOn('auto', 'transparent').dark).toMatchObject({ ground: null });
  });
});
