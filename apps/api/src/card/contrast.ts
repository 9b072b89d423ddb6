/** `#rrggbb`. */
export type Color = `#${string}`;

/** How well one colour can be read on another, from 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one: Color, other: Color): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (brighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2 AA for text of any size. */
export const LEGIBLE = 4.5;

/** The first of the wanted colours that can be read on the ground; else black or white, one of which always can. */
export function legibleOn(ground: Color, wanted: readonly Color[]): Color {
  const found = wanted.find((color) => contrast(color, ground) >= LEGIBLE);
  return found ?? (contrast('#ffffff', ground) > contrast('#000000', ground) ? '#ffffff' : '#000000');
}

function luminance(color: Color): number {
  const [red, green, blue] = [1, 3, 5].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
