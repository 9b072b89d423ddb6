import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, directionOf, fitFirst, fitLine, fitTwoLines } from './text-fit.js';
import { textWidth } from './text-width.js';

const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

const room = (width: number) => ({ width, size: 10, weight: 'regular' as const });

describe('a text in one line', () => {
  it('stays as it is when it fits', () => {
    expect(fitLine('Paper Lanterns', room(100))).toBe('Paper Lanterns');
  });

  it('never takes more than its room, and is cut between characters as a person counts them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 20, max: 200 }), (raw, width) => {
        const text = cleanText(raw);
        const fitted = fitLine(text, room(width));
        expect(textWidth(fitted, 'regular') * 10).toBeLessThanOrEqual(width);
        if (fitted === text) return;
        expect(fitted.endsWith('…')).toBe(true);
        const kept = graphemes(fitted.slice(0, -1));
        expect(graphemes(text).slice(0, kept.length)).toEqual(kept);
      }),
    );
  });

  it.each([
    ['a family', '👩‍👩‍👧‍👦'],
    ['a flag', '🇸🇪'],
    ['a letter with its accents', 'ẹ̈'],
    ['a syllable', 'नि'],
    ['a character outside of the first plane', '𠮷'],
  ])('does not cut %s in half', (_, character) => {
    for (let width = 10; width < 200; width += 3) {
      const kept = fitLine(character.repeat(60), room(width)).slice(0, -1);
      expect(kept.length % character.length).toBe(0);
    }
  });

  it('leaves nothing loose before the ellipsis', () => {
    for (let width = 30; width < 120; width += 1) {
      expect(fitLine('One, two - three (four) five', room(width))).not.toMatch(/[\s,(-]…$/);
    }
  });

  it('is the first way to say it that fits', () => {
    expect(fitFirst(['Now playing on Spotify', 'Spotify'], room(200))).toBe('Now playing on Spotify');
    expect(fitFirst(['Now playing on Spotify', 'Spotify'], room(60))).toBe('Spotify');
    expect(fitFirst(['Now playing on Spotify', 'Spotify'], room(30))).toMatch(/^S\w+…$/);
  });
});

describe('a text in two lines', () => {
  it('is broken between words', () => {
    expect(fitTwoLines('Salt on the Window', room(80))).toEqual(['Salt on the', 'Window']);
    expect(fitTwoLines('Unbelievable things', room(75))).toEqual(['Unbelievable', 'things']);
    expect(fitTwoLines('A Rollercoaster', room(75))).toEqual(['A', 'Rollercoaster']);
  });

  it('is broken between characters where there are no words to see, and not before a full stop', () => {
    const [first = '', second = ''] = fitTwoLines('夜に駆ける船の上で君と見た花火', room(100));
    expect(first + second).toBe('夜に駆ける船の上で君と見た花火');
    expect(fitTwoLines('夜に駆ける船。上で君と見た花火', room(65))[0]).toBe('夜に駆ける');
  });

  it('fills both when it is one long word', () => {
    const [first = '', second = ''] = fitTwoLines('x'.repeat(100), room(100));
    expect([first.length, second.at(-1)]).toEqual([16, '…']);
  });
});

describe('a text from outside', () => {
  it.each([
    ['a\u0000b\u001bc\n\td', 'a b c d'],
    ['\ud83d lone \ude00', 'lone'],
    ['\ufffe\uffff!', '!'],
    // Would turn what stands beside it around.
    ['\u202emoorhsum\u2066', 'moorhsum'],
    ['  \u3000 wide\u00a0 ', 'wide'],
    ['', ''],
    ['\u200b\u200d', ''],
  ])('%j is %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it('has no towers of marks, and an end', () => {
    expect(cleanText(`Z${'\u0301'.repeat(500)}algo`)).toBe(`Z${'\u0301'.repeat(4)}algo`);
    expect(cleanText('x'.repeat(1_000_000)).length).toBeLessThan(1_000);
  });

  it.each([
    ['Harbour', 'ltr'],
    ['1979 – ים', 'rtl'],
    ['أغنية Live', 'rtl'],
    ['Live أغنية', 'ltr'],
    ['123 !', 'rtl'],
  ] as const)('%s runs %s', (text, direction) => {
    expect(directionOf(text, 'rtl')).toBe(direction);
  });
});
