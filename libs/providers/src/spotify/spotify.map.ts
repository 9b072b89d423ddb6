import type { LovedTrack, NowPlaying, PlayingKind, Profile, RecentTrack, TopArtist, TopTrack } from '#listening';
import { type Wire, asObject } from '../wire.js';
import { asCount, asImage, asMoment, asNames, asObjects, asPage, asText } from './spotify.wire.js';

/** What is said of a song or an episode in all our shapes. */
type Song = Pick<RecentTrack, 'title' | 'artist' | 'album' | 'albumImageUrl' | 'songUrl'>;

/** What is on when Spotify gives no name for it. */
const IN_WORDS: Readonly<Record<PlayingKind, string>> = {
  track: 'A track without a name',
  episode: 'An episode without a name',
  ad: 'Advertisement',
  unknown: 'Something without a name',
};

/**
 * What an entry of a list is about: `item` since 2026, `track` before and in the history and the saved tracks still, or
 * the entry itself in charts. Inside a playlist `track` can be a mere `true`. Null for what has no name: it has gone from
 * the catalogue, or its name was taken down.
 */
export function subjectOf(entry: Wire): Wire | null {
  const subject = asObject(entry['item']) ?? asObject(entry['track']) ?? entry;
  return asText(subject['name']) === '' ? null : subject;
}

/** A chapter of an audiobook is an episode too, and its book is the show. */
function toSong(subject: Wire): Song {
  const album = asObject(subject['album']);
  const show = asObject(subject['show']);
  return {
    title: asText(subject['name']),
    artist: asNames(subject['artists']) || asText(show?.['name']),
    album: asText(album?.['name']),
    albumImageUrl: asImage(album?.['images']) ?? asImage(subject['images']) ?? asImage(show?.['images']),
    songUrl: asPage(subject['external_urls']),
  };
}

function songsOf(entries: readonly Wire[]): { entry: Wire; song: Song }[] {
  return entries.flatMap((entry) => {
    const subject = subjectOf(entry);
    return subject ? [{ entry, song: toSong(subject) }] : [];
  });
}

function kindOf(type: unknown): PlayingKind | null {
  return type === 'track' || type === 'episode' || type === 'ad' || type === 'unknown' ? type : null;
}

/** What is on, and its item if it has one; null when nothing is on, or when it is paused. */
function onOf(body: Wire): { kind: PlayingKind; item: Wire } | null {
  if (body['is_playing'] !== true) return null;
  const item = asObject(body['item']) ?? {};
  const stated = kindOf(body['currently_playing_type']);
  return { kind: stated === 'ad' ? stated : (kindOf(item['type']) ?? stated ?? 'unknown'), item };
}

/**
 * What a currently-playing answer says to be on; null when nothing is, or when it is paused. An advertisement comes
 * without an item. A private session looks like any other.
 *
 * @param now milliseconds since 1970, when the answer arrived: `timestamp` tells when the player was last touched, not now
 */
export function toNowPlaying(body: Wire, now: number): NowPlaying | null {
  const on = onOf(body);
  if (!on) return null;
  const song = toSong(on.item);
  const progressMs = asCount(body['progress_ms']);
  return {
    kind: on.kind,
    ...song,
    title: (on.kind === 'ad' ? '' : song.title) || IN_WORDS[on.kind],
    durationMs: asCount(on.item['duration_ms']) || null,
    startedAt: progressMs === null || progressMs > now ? null : new Date(now - progressMs),
  };
}

/** What is on, as the first line of a history; null for an advertisement, and for what has no name. */
export function toRunning(body: Wire): RecentTrack | null {
  const on = onOf(body);
  if (!on || on.kind === 'ad' || subjectOf(on.item) === null) return null;
  return { ...toSong(on.item), nowPlaying: true, playedAt: null };
}

/**
 * The history of a recently-played answer, newest first. It has songs alone, of some fifty plays at most, and none of a
 * private session. `playedAt` is `played_at` as Spotify says it: as a rule the END of the play, on some devices its start,
 * so it is sure to one length of the song only.
 */
export function toHistory(entries: readonly Wire[]): RecentTrack[] {
  return songsOf(entries)
    .map(({ entry, song }) => ({ ...song, nowPlaying: false, playedAt: asMoment(entry['played_at']) }))
    .sort((a, b) => (b.playedAt?.getTime() ?? 0) - (a.playedAt?.getTime() ?? 0));
}

/** Spotify ranks and does not count. */
export function toTopTracks(entries: readonly Wire[]): TopTrack[] {
  return songsOf(entries).map(({ song: { title, artist, songUrl, albumImageUrl } }, index) => ({
    rank: index + 1,
    title,
    artist,
    playcount: null,
    songUrl,
    imageUrl: albumImageUrl,
  }));
}

export function toTopArtists(entries: readonly Wire[]): TopArtist[] {
  return entries
    .filter((artist) => asText(artist['name']) !== '')
    .map((artist, index) => ({
      rank: index + 1,
      name: asText(artist['name']),
      playcount: null,
      url: asPage(artist['external_urls']),
      imageUrl: asImage(artist['images']),
    }));
}

export function toLovedTracks(entries: readonly Wire[]): LovedTrack[] {
  return songsOf(entries).map(({ entry, song: { title, artist, songUrl, albumImageUrl } }) => ({
    title,
    artist,
    songUrl,
    imageUrl: albumImageUrl,
    lovedAt: asMoment(entry['added_at']),
  }));
}

/** The profile of a `/me` answer; null when it names nobody. Spotify counts nothing that we have a place for. */
export function toProfile(body: Wire): Profile | null {
  const name = asText(body['id']);
  if (name === '') return null;
  return {
    name,
    displayName: asText(body['display_name']) || name,
    url: asPage(body['external_urls']),
    imageUrl: asImage(body['images']),
    playcount: null,
    artistCount: null,
    trackCount: null,
    albumCount: null,
    registeredAt: null,
  };
}

/** The objects of a paging answer. */
export function entriesOf(body: Wire): Wire[] {
  return asObjects(body['items']);
}
