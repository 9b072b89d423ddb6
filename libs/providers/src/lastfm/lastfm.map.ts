import type { LovedTrack, NowPlaying, Profile, RecentTrack, TopAlbum, TopArtist, TopTrack } from '#listening';
import { type Wire, asObject } from '../wire.js';
import { asCount, asImage, asMoment, asName, asObjects, asText, asUrl } from './lastfm.wire.js';

/** The entries of a list answer such as `{recenttracks: {track: […], "@attr": …}}`. */
function entries(body: Wire, list: string, entry: string): Wire[] {
  return asObjects(asObject(body[list])?.[entry]).filter((item) => asText(item['name']) !== '');
}

function isNowPlaying(entry: Wire): boolean {
  return asText(asObject(entry['@attr'])?.['nowplaying']) === 'true';
}

/**
 * The history of a `user.getRecentTracks` answer, newest first. A song that is on comes on top of the asked number and
 * without a date. After half its length it is in the history as well: that entry stays, for nobody can tell it from the
 * song having been played before.
 */
export function toRecentTracks(body: Wire, limit: number): RecentTrack[] {
  const all = entries(body, 'recenttracks', 'track');
  const playing = all.find(isNowPlaying);
  const played = all.filter((entry) => !isNowPlaying(entry));
  return [...(playing ? [playing] : []), ...played].slice(0, limit).map((entry) => ({
    title: asText(entry['name']),
    artist: asName(entry['artist']),
    album: asName(entry['album']),
    albumImageUrl: asImage(entry['image']),
    songUrl: asUrl(entry['url']),
    nowPlaying: entry === playing,
    playedAt: entry === playing ? null : asMoment(asObject(entry['date'])?.['uts']),
  }));
}

/** What a `user.getRecentTracks` answer says to be on; null when nothing is. It tells neither length nor start. */
export function toNowPlaying(body: Wire): NowPlaying | null {
  const [first] = toRecentTracks(body, 1);
  if (!first?.nowPlaying) return null;
  const { title, artist, album, albumImageUrl, songUrl } = first;
  return { kind: 'track', title, artist, album, albumImageUrl, songUrl, durationMs: null, startedAt: null };
}

/** Ranks are counted here: the upstream's start anew on every page and are missing from some answers. */
export function toTopTracks(body: Wire, limit: number): TopTrack[] {
  return entries(body, 'toptracks', 'track')
    .slice(0, limit)
    .map((entry, index) => ({
      rank: index + 1,
      title: asText(entry['name']),
      artist: asName(entry['artist']),
      playcount: asCount(entry['playcount']),
      songUrl: asUrl(entry['url']),
      imageUrl: asImage(entry['image']),
    }));
}

export function toTopArtists(body: Wire, limit: number): TopArtist[] {
  return entries(body, 'topartists', 'artist')
    .slice(0, limit)
    .map((entry, index) => ({
      rank: index + 1,
      name: asText(entry['name']),
      playcount: asCount(entry['playcount']),
      url: asUrl(entry['url']),
      imageUrl: asImage(entry['image']),
    }));
}

export function toTopAlbums(body: Wire, limit: number): TopAlbum[] {
  return entries(body, 'topalbums', 'album')
    .slice(0, limit)
    .map((entry, index) => ({
      rank: index + 1,
      title: asText(entry['name']),
      artist: asName(entry['artist']),
      playcount: asCount(entry['playcount']),
      url: asUrl(entry['url']),
      imageUrl: asImage(entry['image']),
    }));
}

export function toLovedTracks(body: Wire, limit: number): LovedTrack[] {
  return entries(body, 'lovedtracks', 'track')
    .slice(0, limit)
    .map((entry) => ({
      title: asText(entry['name']),
      artist: asName(entry['artist']),
      songUrl: asUrl(entry['url']),
      imageUrl: asImage(entry['image']),
      lovedAt: asMoment(asObject(entry['date'])?.['uts']),
    }));
}

/** The profile of a `user.getInfo` answer; null when it names no user. */
export function toProfile(body: Wire): Profile | null {
  const user = asObject(body['user']);
  const name = asText(user?.['name']);
  if (!user || name === '') return null;
  const registered = asObject(user['registered']);
  return {
    name,
    displayName: asText(user['realname']) || name,
    url: asUrl(user['url']),
    imageUrl: asImage(user['image']),
    playcount: asCount(user['playcount']),
    artistCount: asCount(user['artist_count']),
    trackCount: asCount(user['track_count']),
    albumCount: asCount(user['album_count']),
    registeredAt: asMoment(registered?.['unixtime']) ?? asMoment(registered?.['#text']),
  };
}

/** Whose data an answer is, as it says itself; null when it does not. */
export function ownerOf(body: Wire): string | null {
  for (const value of Object.values(body)) {
    const owner = asText(asObject(asObject(value)?.['@attr'])?.['user']);
    if (owner !== '') return owner;
  }
  return asText(asObject(body['user'])?.['name']) || null;
}
