import type { Period, TopAlbum } from '#listening';
import { type Wire, asObject } from '../wire.js';
import { subjectOf } from './spotify.map.js';
import { asImage, asNames, asPage, asText } from './spotify.wire.js';

/** The three spans that Spotify has charts of. @see https://developer.spotify.com/documentation/web-api/reference/get-users-top-artists-and-tracks */
export type TimeRange = 'short_term' | 'medium_term' | 'long_term';

const SPANS: Readonly<Record<TimeRange, string>> = {
  short_term: 'about the last four weeks',
  medium_term: 'about the last six months',
  long_term: 'about the last year',
};

interface Span {
  range: TimeRange;
  /** What was asked for and Spotify does not have; null when the span is as good as the period. */
  instead: string | null;
}

/** For a period that Spotify does not have: the span that is nearest to it. */
const NEAREST: Readonly<Record<Period, Span>> = {
  '7day': { range: 'short_term', instead: 'seven days' },
  '1month': { range: 'short_term', instead: null },
  '3month': { range: 'medium_term', instead: 'three months' },
  '6month': { range: 'medium_term', instead: null },
  '12month': { range: 'long_term', instead: null },
  overall: { range: 'long_term', instead: 'all time' },
};

export function timeRangeOf(period: Period): TimeRange {
  return NEAREST[period].range;
}

/** What a chart of Spotify's covers in place of the period; null when it covers the period. */
export function derivationOf(period: Period): string | null {
  const { range, instead } = NEAREST[period];
  return instead === null ? null : `Spotify has no chart of ${instead}; this is its chart of ${SPANS[range]}.`;
}

/** How the albums are worked out. */
export function derivationOfAlbums(period: Period, tracks: number): string {
  const span = SPANS[timeRangeOf(period)];
  return `Spotify has no chart of albums; this one is worked out from its ${tracks} top tracks of ${span}, each counting for its album, the more the higher it stands.`;
}

/**
 * The albums of a chart of tracks: of n tracks the first counts n for its album and the last 1. Of two albums with the
 * same sum the one that comes up first stands higher.
 */
export function toTopAlbums(tracks: readonly Wire[], limit: number): TopAlbum[] {
  const albums = new Map<string, { album: Omit<TopAlbum, 'rank'>; points: number }>();
  tracks.forEach((entry, index) => {
    const track = subjectOf(entry);
    const album = asObject(track?.['album']);
    const title = asText(album?.['name']);
    if (!track || !album || title === '') return;
    const artist = asNames(album['artists']) || asNames(track['artists']);
    const key = asText(album['id']) || JSON.stringify([title, artist]);
    const known = albums.get(key);
    const points = (known?.points ?? 0) + tracks.length - index;
    const url = asPage(album['external_urls']);
    const imageUrl = asImage(album['images']);
    albums.set(key, { album: known?.album ?? { title, artist, playcount: null, url, imageUrl }, points });
  });
  return [...albums.values()]
    .sort((a, b) => b.points - a.points)
    .slice(0, limit)
    .map(({ album }, index) => ({ rank: index + 1, ...album }));
}
