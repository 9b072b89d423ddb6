import type { Json, JsonObject } from '../../json.js';
import type { Person } from '../person.js';
import type { Discography } from '../library/discography.js';
import { kindOf } from '../library/library.js';
import type { PlaylistEntry } from '../library/playlist-content.js';
import type { Playlist } from '../library/playlists.js';
import type { Talk } from '../library/talk.js';
import { fieldsIf, type Look } from './look.js';
import { hashOf, localFileShape, playlistSongShape } from './music-shapes.js';
import { disguisedEpisodeShape, playlistEpisodeShape } from './talk-shapes.js';

/** A person without the name that they show. */
export function personShape(look: Look, { id }: Person): JsonObject {
  return {
    external_urls: { spotify: `https://open.spotify.com/user/${encodeURIComponent(id)}` },
    href: `${look.base}/users/${encodeURIComponent(id)}`,
    id,
    type: 'user',
    uri: `spotify:user:${encodeURIComponent(id)}`,
  };
}

/** A playlist. `items` is the value of `items` and `tracks`: the number of them, or their first page; null leaves them out. */
export function playlistShape(
  look: Look,
  playlist: Playlist,
  items: { items: JsonObject; tracks: JsonObject } | null,
  more: JsonObject = {},
): JsonObject {
  const { id, owner } = playlist;
  return {
    collaborative: playlist.collaborative,
    description: playlist.description,
    external_urls: { spotify: `https://open.spotify.com/playlist/${id}` },
    ...more,
    href: `${look.base}/playlists/${id}`,
    id,
    images: playlist.total === 0 ? null : [{ height: null, url: `${look.art}/${hashOf(id)}.png`, width: null }],
    name: playlist.name,
    owner: { display_name: owner.displayName, ...personShape(look, owner) },
    primary_color: null,
    public: playlist.public,
    snapshot_id: playlist.snapshotId,
    ...fieldsIf(look.saysTrack && items !== null, { tracks: items?.tracks ?? null }),
    ...fieldsIf(look.saysItem && items !== null, { items: items?.items ?? null }),
    type: 'playlist',
    uri: playlist.uri,
  };
}

/** The number of a playlist's items, as lists of playlists have it. */
export function itemCounts(look: Look, { id, total }: Playlist): { items: JsonObject; tracks: JsonObject } {
  const of = (name: string): JsonObject => ({ href: `${look.base}/playlists/${id}/${name}`, total });
  return { items: of('items'), tracks: of('tracks') };
}

/** A line of a playlist. `asksEpisodes`: whether the client said that it knows episodes. */
export function playlistEntryShape(
  look: Look,
  entry: PlaylistEntry,
  {
    discography,
    talk,
    owner,
    asksEpisodes,
  }: { discography: Discography; talk: Talk; owner: Person; asksEpisodes: boolean },
): JsonObject {
  const item = itemShape(look, entry.uri, { discography, talk, asksEpisodes });
  return {
    added_at: entry.addedMs === null ? null : secondsPrecise(entry.addedMs),
    added_by: entry.addedMs === null ? null : personShape(look, owner),
    is_local: entry.uri?.startsWith('spotify:local:') ?? false,
    primary_color: null,
    ...fieldsIf(look.saysTrack, { track: item }),
    ...fieldsIf(look.saysItem, { item }),
    video_thumbnail: { url: null },
  };
}

function itemShape(
  look: Look,
  uri: string | null,
  { discography, talk, asksEpisodes }: { discography: Discography; talk: Talk; asksEpisodes: boolean },
): Json {
  if (uri === null) return null;
  if (uri.startsWith('spotify:local:')) return localFileShape(look, uri);
  const id = uri.split(':')[2] ?? '';
  if (kindOf(uri) === 'episode') {
    const episode = talk.episodeById(id);
    if (episode === null) return null;
    return asksEpisodes ? playlistEpisodeShape(look, episode) : disguisedEpisodeShape(look, episode);
  }
  const song = discography.songById(id);
  return song === null ? null : playlistSongShape(look, song);
}

/** A moment as Spotify writes it where it knows the second. */
export function secondsPrecise(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
