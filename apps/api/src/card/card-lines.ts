import type { CardContent } from './card-content.js';
import type { Layout } from './card-options.js';
import { directionOf, fitFirst, fitLine, fitTwoLines } from './text-fit.js';
import { type Weight, textWidth } from './text-width.js';

/** What a text is painted with. */
export type Role = 'ink' | 'soft' | 'accent';

export interface Piece {
  /** Between this one and the one before, if there is one. */
  lead: string;
  text: string;
  weight: Weight;
  role: Role;
}

/** One line of text, cut to its room and not escaped yet. */
export interface Line {
  pieces: readonly Piece[];
  direction: 'ltr' | 'rtl';
  /** Of the font, in pixels. */
  size: number;
  /** From the line above to the one below, in pixels. */
  height: number;
  /** The bars that move while music plays stand before it. */
  hasBars: boolean;
}

interface Style extends Omit<Piece, 'lead' | 'text'> {
  size: number;
  height: number;
}

const STYLES = {
  status: { size: 12, height: 18, weight: 'bold', role: 'accent' },
  title: { size: 17, height: 23, weight: 'bold', role: 'ink' },
  artist: { size: 14, height: 20, weight: 'regular', role: 'ink' },
  album: { size: 12.5, height: 18, weight: 'regular', role: 'soft' },
  note: { size: 11.5, height: 17, weight: 'regular', role: 'soft' },
  song: { size: 14, height: 21, weight: 'bold', role: 'ink' },
} as const satisfies Record<string, Style>;

/** What the bars and the space behind them take, in pixels. */
export const BARS_ROOM = 20;

/** The lines of a card, as many as have room. Title and artist always do; of the others the album goes first. */
export function linesOf(content: CardContent, layout: Layout, room: { width: number; height: number }): Line[] {
  if (layout === 'compact') return compactLines(content, room.width);
  const { direction, title, artist, album, note } = content;
  const line = (text: string, style: Style): Line =>
    single(fitLine(text, { ...style, width: room.width }), style, content);

  const titles = fitTwoLines(title, { ...STYLES.title, width: room.width }).map((text) => ({
    ...single(text, STYLES.title, content),
    // Both halves of a title run the same way.
    direction: directionOf(title, direction),
  }));
  const heads = statusLine(content, '', room.width);
  const artists = artist === '' ? [] : [line(artist, STYLES.artist)];
  const albums = album === '' ? [] : [line(album, STYLES.album)];
  const notes = note === null ? [] : [line(note, STYLES.note)];
  const all = [...heads, ...titles, ...artists, ...albums, ...notes];
  return heightOf(all) <= room.height ? all : [...heads, ...titles, ...artists, ...notes];
}

/** What the song is and whose answer; the service is named however little room there is. None without a song. */
function statusLine(content: CardContent, more: string, width: number): Line[] {
  const { status, service, isPlaying } = content;
  if (status === null) return [];
  const ways = [status, service ?? status].map((text) => text + more);
  const text = fitFirst(ways, { ...STYLES.status, width: width - (isPlaying ? BARS_ROOM : 0) });
  return [{ ...single(text, STYLES.status, content), direction: content.direction, hasBars: isPlaying }];
}

export function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { height }) => sum + height, 0);
}

function single(text: string, style: Style, { direction }: CardContent): Line {
  const { size, height, weight, role } = style;
  return {
    pieces: [{ lead: '', text, weight, role }],
    direction: directionOf(text, direction),
    size,
    height,
    hasBars: false,
  };
}

const BETWEEN = ' · ';
/** What a long title leaves of a line to the artist. */
const ARTIST_SHARE = 0.36;

/** Title and artist in one line, and what they are in another. */
function compactLines(content: CardContent, width: number): Line[] {
  const { direction, title, artist: by, note } = content;
  const { song, note: aside } = STYLES;
  const wanted = by === '' ? 0 : Math.ceil(textWidth(BETWEEN + by, 'regular') * song.size);
  const shown = fitLine(title, { ...song, width: width - Math.min(wanted, width * ARTIST_SHARE) });
  const left = width - (textWidth(shown, song.weight) + textWidth(BETWEEN, 'regular')) * song.size;
  const artist = fitLine(by, { size: song.size, weight: 'regular', width: left });
  const first = single(shown, song, content);
  const second: Piece = { lead: BETWEEN, text: artist, weight: 'regular', role: 'soft' };
  const songLine: Line = by === '' ? first : { ...first, direction, pieces: [...first.pieces, second] };
  if (content.status !== null) return [songLine, ...statusLine(content, note === null ? '' : BETWEEN + note, width)];
  return note === null ? [songLine] : [songLine, single(fitLine(note, { ...aside, width }), aside, content)];
}
