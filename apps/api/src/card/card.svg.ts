import { escapeMarkup } from '../answer/escape-markup.js';
import type { CurrentlyPlaying } from '../now-playing/index.js';
import { type CardContent, contentOf } from './card-content.js';
import { type Frame, frameOf } from './card-frame.js';
import { BARS_ROOM, type Line, type Piece, heightOf, linesOf } from './card-lines.js';
import type { CardOptions } from './card-options.js';
import { placeholder } from './placeholder.js';
import { type Palette, themeOn } from './themes.js';

/** Those of the reader's machine: a picture in a page can load none. */
const FONTS = "-apple-system,BlinkMacSystemFont,'Segoe UI','Helvetica Neue',Arial,'Noto Sans',sans-serif";

/**
 * The card as an SVG document: well-formed whatever the song is called, and without anything to load or to run.
 *
 * @param document null when nobody has told yet what plays
 * @param art the cover as a data URI; null draws one of our own
 */
export function renderCard(document: CurrentlyPlaying | null, art: string | null, options: CardOptions): string {
  const { theme, ground, layout, width, radius, border, motion, locale } = options;
  const content = contentOf(document, locale);
  const { palette, dark } = themeOn(theme, ground);
  const frame = frameOf(layout, width, content.direction, radius);
  const lines = linesOf(content, layout, frame.column);
  const body =
    backOf(palette, { width, height: frame.height, radius, border }) +
    artOf(art, frame, palette) +
    textOf(lines, frame, content, palette);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${frame.height}" viewBox="0 0 ${width} ${frame.height}"` +
    ` role="img" aria-labelledby="card-title card-desc" lang="${locale}" font-family="${FONTS}">` +
    `<title id="card-title">${escapeMarkup(titleOf(content))}</title>` +
    `<desc id="card-desc">${escapeMarkup(descriptionOf(content))}</desc>` +
    styleOf(dark, motion && content.isPlaying) +
    linkTo(content.songUrl, body) +
    '</svg>\n'
  );
}

function titleOf({ status, title, artist }: CardContent): string {
  const song = [title, artist].filter((text) => text !== '').join(' – ');
  return status === null ? song : `${status}: ${song}`;
}

function descriptionOf({ album, note }: CardContent): string {
  return [album, note ?? ''].filter((text) => text !== '').join(' – ');
}

/** Nothing happens in a picture; but a card can also be opened by itself. */
function linkTo(url: string | null, body: string): string {
  return url === null ? body : `<a href="${escapeMarkup(url)}" target="_blank" rel="noopener">${body}</a>`;
}

function styleOf(dark: Palette | null, isMoving: boolean): string {
  const rules = [dark ? darkRules(dark) : '', isMoving ? MOTION : ''].join('');
  return rules === '' ? '' : `<style>${rules}</style>`;
}

function darkRules({ ground, edge, ink, soft, accent, tone }: Palette): string {
  return (
    '@media (prefers-color-scheme:dark){' +
    `${ground === null ? '' : `.back{fill:${ground}}`}.edge{stroke:${edge}}` +
    `.ink{fill:${ink}}.soft{fill:${soft}}.accent{fill:${accent}}.tone{fill:${tone}}.arm{stroke:${soft}}}`
  );
}

const MOTION =
  '.bar{transform-box:fill-box;transform-origin:50% 100%;animation:bar 1.2s ease-in-out infinite}' +
  '@keyframes bar{0%,100%{transform:scaleY(.4)}50%{transform:scaleY(1)}}' +
  '@media (prefers-reduced-motion:reduce){.bar{animation:none}}';

function backOf(
  { ground, edge }: Palette,
  { width, height, radius, border }: { width: number; height: number; radius: number; border: boolean },
): string {
  const paint = `rx="${radius}" fill="${ground ?? 'none'}"`;
  if (!border) return `<rect class="back" width="${width}" height="${height}" ${paint}/>`;
  // On half pixels, so that the line is sharp.
  return `<rect class="back edge" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" ${paint} stroke="${edge}"/>`;
}

/** The cover as it is: whole, nothing over it, its corners a little round. */
function artOf(art: string | null, { art: { x, y, size, radius } }: Frame, palette: Palette): string {
  const box = `x="${x}" y="${y}" width="${size}" height="${size}"`;
  const picture =
    art === null
      ? `<svg ${box} viewBox="0 0 300 300">${placeholder(palette)}</svg>`
      : `<rect class="tone" ${box} fill="${palette.tone}"/><image ${box} preserveAspectRatio="xMidYMid meet" href="${escapeMarkup(art)}"/>`;
  if (radius === 0) return picture;
  return `<clipPath id="card-art"><rect ${box} rx="${radius}"/></clipPath><g clip-path="url(#card-art)">${picture}</g>`;
}

function textOf(lines: readonly Line[], { column }: Frame, content: CardContent, palette: Palette): string {
  let y = column.y + (column.height - heightOf(lines)) / 2;
  const isMirrored = content.direction === 'rtl';
  const edge = isMirrored ? column.x + column.width : column.x;
  const inwards = isMirrored ? -1 : 1;
  let text = '';
  for (const line of lines) {
    const baseline = round(y + line.height / 2 + line.size * 0.35);
    if (line.hasBars) text += barsAt(isMirrored ? edge - BARS_WIDTH : edge, baseline, palette);
    const x = round(edge + (line.hasBars ? inwards * BARS_ROOM : 0));
    // All lines keep to the same side, whichever way their own letters run.
    const anchor = line.direction === content.direction ? 'start' : 'end';
    const pieces = line.pieces.map((piece) => pieceOf(piece, line.pieces.length > 1, palette)).join('');
    text += `<text x="${x}" y="${baseline}" font-size="${line.size}" direction="${line.direction}" text-anchor="${anchor}">${pieces}</text>`;
    y += line.height;
  }
  return text;
}

/** @param hasNeighbours it stands in a line with others, whose direction is not its own */
function pieceOf({ lead, text, weight, role }: Piece, hasNeighbours: boolean, palette: Palette): string {
  const shown = hasNeighbours ? `${lead}\u2068${text}\u2069` : text;
  const bold = weight === 'bold' ? ' font-weight="600"' : '';
  return `<tspan class="${role}" fill="${palette[role]}"${bold}>${escapeMarkup(shown)}</tspan>`;
}

const BARS = [
  { height: 6, delay: -0.9 },
  { height: 10, delay: -0.3 },
  { height: 8, delay: -0.6 },
  { height: 5, delay: 0 },
];
const BAR_WIDTH = 2.5;
const BAR_STEP = 4;
const BARS_WIDTH = BAR_STEP * (BARS.length - 1) + BAR_WIDTH;

function barsAt(x: number, baseline: number, { accent }: Palette): string {
  return BARS.map(
    ({ height, delay }, at) =>
      `<rect class="accent bar" x="${round(x + at * BAR_STEP)}" y="${round(baseline - height)}" width="${BAR_WIDTH}" height="${height}" rx="1" fill="${accent}" style="animation-delay:${delay}s"/>`,
  ).join('');
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
