/** How heavy a text is set. */
export type Weight = 'regular' | 'bold';

/**
 * Widths of U+0020 to U+007E in hundredths of the font size, of the widest of the fonts that a reader is likely to see a
 * card in: nobody can measure what a reader's machine will choose, so a text is rather cut early than runs out of the card.
 */
const ASCII: Readonly<Record<Weight, readonly number[]>> = {
  regular: [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62,
    69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60,
    82, 60, 60, 53, 64, 34, 64, 84,
  ],
  bold: [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84,
    84, 84, 59, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69, 82, 78, 111, 78,
    73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60, 48, 72,
    66, 93, 65, 66, 59, 72, 37, 72, 84,
  ],
};

/** How much wider bold letters are where there is no table. */
const BOLD = 1.14;

/** Marks over others, joiners, variation selectors, skin tones: nothing of their own. */
const NOTHING = /^[\p{M}\p{Cf}\u{1F3FB}-\u{1F3FF}\u115F-\u11FF]$/u;
const EMOJI = /^[\p{Extended_Pictographic}\u{1F000}-\u{1FAFF}]$/u;
const FLAG_HALF = /^\p{Regional_Indicator}$/u;
/** Square in every font. */
const SQUARE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303F\u30FB-\u30FC\uFE30-\uFE4F\uFF01-\uFF60\uFFE0-\uFFE6]$/u;
const HALF_SQUARE = /^[\uFF61-\uFFDC]$/;

/** In hundredths, the first that fits; what none knows is as wide as a square. */
const CLASSES: readonly [pattern: RegExp, hundredths: number][] = [
  [/^[\u2018-\u201F\u2022\u2026\u00B7\u2032-\u203A]$/, 100],
  [/^[\u2010-\u2013\u00A1\u00AB\u00BB\u00BF]$/, 66],
  [/^[ЖМФШЩЫЮЉЊжмфшщыюљњѢѪѨ]$/, 109],
  [/^(?=\p{Lu})[\p{Script=Cyrillic}\p{Script=Greek}]$/u, 85],
  [/^[\p{Script=Cyrillic}\p{Script=Greek}]$/u, 70],
  [/^\p{Script=Hebrew}$/u, 68],
  // A whole sentence in one character.
  [/^[\uFDFA-\uFDFD]$/, 1_100],
  // Joined to their neighbours, as they mostly are.
  [/^[سشصضـ]$/, 98],
  [/^\p{Script=Arabic}$/u, 60],
  [/^[ÆŒǼǄǱĲ]$/, 110],
  [/^[ßøłđðþæœıĸŋ]$/, 98],
];

/** How wide one character is, in sizes of the font. */
function characterWidth(character: string, weight: Weight): number {
  const tabled = ASCII[weight][(character.codePointAt(0) ?? 0) - 0x20];
  if (tabled !== undefined) return tabled / 100;
  if (NOTHING.test(character)) return 0;
  if (FLAG_HALF.test(character)) return 0.75;
  if (EMOJI.test(character)) return 1.4;
  if (isSquare(character)) return 1.02;
  if (HALF_SQUARE.test(character)) return 0.62;
  const heavier = weight === 'bold' ? BOLD : 1;
  const known = CLASSES.find(([pattern]) => pattern.test(character));
  if (known) return (known[1] / 100) * heavier;
  // A letter with an accent is as wide as the letter.
  const [base = character] = character.normalize('NFD');
  return base === character ? heavier : characterWidth(base, weight);
}

/** How wide a text is at most, in sizes of the font. Joined emoji count as the single ones that an old system shows. */
export function textWidth(text: string, weight: Weight): number {
  let width = 0;
  for (const character of text) width += characterWidth(character, weight);
  return width;
}

/** Whether a character stands in a square of its own, so that a line may end beside it. */
export function isSquare(character: string): boolean {
  return SQUARE.test(character);
}
