import type { Playing } from './playing.js';

/** A piece of a text: a name, in whatever language and direction, or words of the widget's own, which are English. */
export interface Piece {
  text: string;
  isName: boolean;
}

/** What a widget shows, in words and addresses that are safe to use. */
export interface Face {
  /** Over the title: what this is. */
  label: string;
  /** Where it comes from, as a name; empty when nobody has told. */
  source: string;
  /** Why it may not be as it is shown; empty when all is well. */
  hint: string;
  /** Nobody can say any more that it is so. */
  isOld: boolean;
  title: readonly Piece[];
  titleUrl: string | null;
  /** Under the title. */
  detail: readonly Piece[];
  detailUrl: string | null;
  imageUrl: string | null;
  imageText: string;
  /** What somebody hears who cannot see it. */
  spoken: readonly Piece[];
}

const AWAY = 'The service that knows what plays does not answer right now. This is the last it said.';
const STALE = 'What plays could not be asked anew. This is the last that is known.';
const DEGRADED = 'The usual source cannot answer right now, and another one may answer for it.';

/** @param isAway whether the service has not answered for a while */
export function faceOf(playing: Playing, isAway: boolean): Face {
  const isOld = isAway || playing.stale;
  const hint = isAway ? AWAY : playing.stale ? STALE : playing.degraded ? DEGRADED : '';
  const common = {
    source: nameOf(playing.source),
    hint,
    isOld,
    imageUrl: webAddressOf(playing.albumImageUrl),
  };
  if (!playing.isPlaying) {
    const { lastPlayed } = playing;
    return {
      ...common,
      label: isOld ? 'Last known' : '',
      title: [words(playing.title)],
      titleUrl: null,
      detail: lastPlayed ? [words('Last played: '), name(lastPlayed.title), words(' – '), name(lastPlayed.artist)] : [],
      detailUrl: webAddressOf(lastPlayed?.songUrl ?? ''),
      imageText: '',
      spoken: [words(playing.title)],
    };
  }
  const title = name(playing.title);
  const artist = name(playing.artist);
  const album = name(playing.album);
  return {
    ...common,
    label: isOld ? 'Last known' : 'Now playing',
    title: [title],
    titleUrl: webAddressOf(playing.songUrl),
    detail: [artist],
    detailUrl: null,
    imageText: album.text === '' ? '' : `Cover of ${album.text}`,
    spoken: [words('Now playing: '), title, words(', '), artist],
  };
}

const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;
const BREAKING = /[\p{Cc}\s]+/gu;

export const words = (text: string): Piece => ({ text, isName: false });

/** Without what would turn around the text beside it, or break its line. */
export function name(text: string): Piece {
  return { text: text.replace(TURNING, '').replace(BREAKING, ' ').trim(), isName: true };
}

/** The whole text, for where there are no elements: each name keeps its direction to itself. */
export function plain(pieces: readonly Piece[]): string {
  return pieces.map(({ text, isName }) => (isName && pieces.length > 1 ? `\u2068${text}\u2069` : text)).join('');
}

/** Sources are named by short words, which are the names of services but for the capital letter. */
export function nameOf(source: string | null): string {
  return source === null ? '' : source.charAt(0).toUpperCase() + source.slice(1);
}

/** @returns null for what is no address of the web, such as one that runs a script */
export function webAddressOf(address: string): string | null {
  return /^https?:\/\//i.test(address) ? address : null;
}
