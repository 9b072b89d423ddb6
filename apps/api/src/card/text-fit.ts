import { type Weight, isSquare, textWidth } from './text-width.js';

/** How a text is set, and how much room it has: pixels. */
export interface Room {
  width: number;
  size: number;
  weight: Weight;
}

/** No line has room for more; what comes after is not even looked at. */
const LONGEST = 600;
/** More marks on one letter would run over the lines above and below. */
const TOO_MANY_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Not allowed in XML 1.0, however they are written, or with a meaning of their own for what stands beside the text. */
const FORBIDDEN = /[\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]/gu;
const BLANK = /[\p{Cc}\s]+/gu;
const VISIBLE = /[^\p{Cf}\p{Z}\p{M}]/u;

/** A text from outside in one line that any XML parser takes; empty when nothing of it can be seen. */
export function cleanText(text: string): string {
  const clean = text
    .slice(0, LONGEST)
    .replaceAll(FORBIDDEN, '')
    .replaceAll(BLANK, ' ')
    .replaceAll(TOO_MANY_MARKS, '$1')
    .trim();
  return VISIBLE.test(clean) ? clean : '';
}

const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Which way a text runs, by its first letter; `otherwise` when it has none. */
export function directionOf(text: string, otherwise: 'ltr' | 'rtl'): 'ltr' | 'rtl' {
  const first = LETTER.exec(text)?.[0];
  if (first === undefined) return otherwise;
  return RIGHT_TO_LEFT.test(first) ? 'rtl' : 'ltr';
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ELLIPSIS = '…';
/** What would look lost before an ellipsis or at the end of a line. */
const LOOSE_END = /[\s\p{Pd}\p{Ps},;:·]+$/u;

/** The text if it fits, else as much of it as does, in whole characters as a person counts them, with an ellipsis. */
export function fitLine(text: string, room: Room): string {
  const limit = room.width / room.size;
  if (textWidth(text, room.weight) <= limit) return text;
  const { kept } = take(text, limit - textWidth(ELLIPSIS, room.weight), room.weight);
  return kept.join('').replace(LOOSE_END, '') + ELLIPSIS;
}

/** The first of several ways to say it that fits, else what fits of the last. */
export function fitFirst(ways: readonly string[], room: Room): string {
  const limit = room.width / room.size;
  return ways.find((way) => textWidth(way, room.weight) <= limit) ?? fitLine(ways.at(-1) ?? '', room);
}

/** The text in one line or two, broken where a reader would break it. */
export function fitTwoLines(text: string, room: Room): string[] {
  const limit = room.width / room.size;
  if (textWidth(text, room.weight) <= limit) return [text];
  const { kept, rest } = take(text, limit, room.weight);
  const breakAt = lastBreak(kept, rest);
  const first = kept.slice(0, breakAt).join('').trimEnd();
  const second = (kept.slice(breakAt).join('') + rest).trimStart();
  return second === '' ? [first] : [first, fitLine(second, room)];
}

/** @param limit in sizes of the font */
function take(text: string, limit: number, weight: Weight): { kept: string[]; rest: string } {
  const kept: string[] = [];
  let width = 0;
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    width += textWidth(segment, weight);
    if (width > limit) return { kept, rest: text.slice(index) };
    kept.push(segment);
  }
  return { kept, rest: '' };
}

/** May not begin a line. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々]/u;
/** May not end one. */
const OPENING = /[\p{Ps}\p{Pi}]$/u;

/** Before which of the kept characters the line is broken best; behind all of them when there is no good place. */
function lastBreak(kept: readonly string[], rest: string): number {
  const all = [...kept, firstOf(rest)];
  for (let at = kept.length; at > 0; at -= 1) {
    const [before = '', after = ''] = [all[at - 1], all[at]];
    if (/[\s\p{Pd}/]$/u.test(before) || /^\s/u.test(after)) return at;
    const isBetweenSquares = isSquare([...before].at(-1) ?? '') && isSquare([...after][0] ?? '');
    if (isBetweenSquares && !CLOSING.test(after) && !OPENING.test(before)) return at;
  }
  return kept.length;
}

function firstOf(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return '';
}
