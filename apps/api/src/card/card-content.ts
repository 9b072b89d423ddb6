import { PROVIDERS } from '#providers';
import type { CurrentlyPlaying } from '../now-playing/index.js';
import { CARD_WORDS, type CardWords, type Locale } from './card-words.js';
import { cleanText } from './text-fit.js';

/** Stands for a title of which nothing can be seen. */
const NAMELESS = '–';

/** What stands on a card, clean but neither cut nor escaped. */
export interface CardContent {
  direction: 'ltr' | 'rtl';
  isPlaying: boolean;
  /** What the song is, and whose answer: now, or the last one. Null without a song. */
  status: string | null;
  /** The same in less room: whose answer, by name. */
  service: string | null;
  title: string;
  /** Empty when there is none. */
  artist: string;
  album: string;
  /** What is wrong, in a few words; null when nothing is. */
  note: string | null;
  /** Its page at the service; null when it has none. */
  songUrl: string | null;
}

/** @param document null when nobody has told yet what plays */
export function contentOf(document: CurrentlyPlaying | null, locale: Locale): CardContent {
  const words = CARD_WORDS[locale];
  const { direction } = words;
  const silence = { direction, isPlaying: false, status: null, service: null, artist: '', album: '', songUrl: null };
  if (!document) return { ...silence, title: words.idle, note: words.unknown };
  const song = document.isPlaying ? document : document.lastPlayed;
  const note = noteOf(document, words);
  if (!song) return { ...silence, title: words.idle, note };
  const service = PROVIDERS.find(({ source }) => source === document.source)?.displayName ?? null;
  // Nobody can say of a song that it runs when it could not be asked for anew.
  const isPlaying = document.isPlaying && !document.stale;
  const status = isPlaying ? words.playing : document.isPlaying ? words.known : words.last;
  return {
    direction,
    isPlaying,
    status: status(service),
    service,
    title: cleanText(song.title) || NAMELESS,
    artist: cleanText(song.artist),
    album: cleanText(song.album),
    note,
    songUrl: webAddress(song.songUrl),
  };
}

/** The picture that belongs to what `contentOf` tells; null when there is none. */
export function artUrlOf(document: CurrentlyPlaying | null): string | null {
  if (!document) return null;
  return document.isPlaying ? document.albumImageUrl : (document.lastPlayed?.albumImageUrl ?? null);
}

function noteOf({ stale, degraded }: CurrentlyPlaying, words: CardWords): string | null {
  if (stale) return words.stale;
  if (!degraded) return null;
  if (degraded.provider === null) return words.notSetUp;
  const failing = PROVIDERS.find(({ id }) => id === degraded.provider);
  return failing ? words.nothingFrom(failing.displayName) : words.stale;
}

/** Nothing but a page can be opened from a card. */
function webAddress(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
