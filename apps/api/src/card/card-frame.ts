import type { Layout } from './card-options.js';

interface Place {
  x: number;
  y: number;
}

/** Where things stand on a card, in pixels. */
export interface Frame {
  height: number;
  art: Place & { size: number; radius: number };
  /** Where the texts stand, in the middle of its height. */
  column: Place & { width: number; height: number };
}

/** Rounder corners than these cut into a cover: Spotify's design guidelines, for small and for large pictures. */
const ART_RADIUS = { small: 4, large: 8 };
const LARGE_ART = 160;

const ROW = { height: 128, padding: 16, gap: 16, spill: 4 };
const COMPACT = { height: 54, padding: 8, gap: 10, spill: 4 };
const TALL = { padding: 16, gap: 10, text: 116 };

/**
 * The height depends on layout and width alone, so that a page does not jump with the song.
 *
 * @param direction where the eye begins: there is the cover
 * @param radius of the card; the cover's corners are not rounder
 */
export function frameOf(layout: Layout, width: number, direction: 'ltr' | 'rtl', radius: number): Frame {
  if (layout === 'tall') return stacked(width, radius);
  return sideBySide(layout === 'row' ? ROW : COMPACT, width, direction, radius);
}

function sideBySide(
  { height, padding, gap, spill }: typeof ROW,
  width: number,
  direction: 'ltr' | 'rtl',
  radius: number,
): Frame {
  const size = height - 2 * padding;
  const textWidth = width - 2 * padding - size - gap;
  const isMirrored = direction === 'rtl';
  return {
    height,
    art: { x: isMirrored ? width - padding - size : padding, y: padding, size, radius: artRadius(size, radius) },
    column: {
      x: isMirrored ? padding : padding + size + gap,
      // Lines have air above and below them that may reach beyond the cover.
      y: padding - spill,
      width: textWidth,
      height: size + 2 * spill,
    },
  };
}

function stacked(width: number, radius: number): Frame {
  const { padding, gap, text } = TALL;
  const size = width - 2 * padding;
  const y = padding + size + gap;
  return {
    height: y + text + padding - gap,
    art: { x: padding, y: padding, size, radius: artRadius(size, radius) },
    column: { x: padding, y, width: size, height: text },
  };
}

function artRadius(size: number, radius: number): number {
  return Math.min(radius, size < LARGE_ART ? ART_RADIUS.small : ART_RADIUS.large);
}
