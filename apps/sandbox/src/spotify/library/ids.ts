import { draw } from '../../listening/random.js';

/** What has an id. */
export type Kind = 'track' | 'album' | 'artist' | 'show' | 'episode' | 'playlist' | 'audiobook';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const drawnDigits = 18;
const codeSize = 62 ** 4;
/** A number and its inverse modulo `codeSize`: neighbours get ids that do not look so. */
const spread = 7_368_787;
const unspread = inverse(spread, codeSize);

/** The id of thing `number` (below 62^4) of its kind: 22 letters and digits, from which the number can be read again. */
export function idOf(seed: number, kind: Kind, number: number): string {
  const code = (number * spread + draw(seed, 'id', kind)) % codeSize;
  return drawnPart(seed, kind, number) + inLetters(code, 4);
}

/** The number of the thing with this id; null when there is none. */
export function numberOf(seed: number, kind: Kind, id: string): number | null {
  if (!/^[0-9A-Za-z]{22}$/.test(id)) return null;
  let code = 0;
  for (const letter of id.slice(drawnDigits)) code = code * 62 + alphabet.indexOf(letter);
  const offset = draw(seed, 'id', kind) % codeSize;
  const number = (((code - offset + codeSize) % codeSize) * unspread) % codeSize;
  return idOf(seed, kind, number) === id ? number : null;
}

/** An id for something that is not numbered; it always stays the same for the same names. */
export function idOfName(...names: readonly string[]): string {
  let id = '';
  for (let part = 0; id.length < 22; part += 1) id += inLetters(draw(0, 'name', part, ...names), 5);
  return id.slice(0, 22);
}

function drawnPart(seed: number, kind: Kind, number: number): string {
  let digits = '';
  for (let part = 0; digits.length < drawnDigits; part += 1) digits += inLetters(draw(seed, kind, number, part), 5);
  return digits.slice(0, drawnDigits);
}

function inLetters(value: number, digits: number): string {
  let rest = value;
  let text = '';
  for (let digit = 0; digit < digits; digit += 1) {
    text = alphabet.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function inverse(value: number, modulus: number): number {
  let [before, rest] = [modulus, value];
  let [factorBefore, factor] = [0, 1];
  while (rest > 0) {
    const times = Math.floor(before / rest);
    [before, rest] = [rest, before - times * rest];
    [factorBefore, factor] = [factor, factorBefore - times * factor];
  }
  return (factorBefore + modulus) % modulus;
}
