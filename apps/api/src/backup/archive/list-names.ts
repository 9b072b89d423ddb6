/** A list that is asked for by its name: nothing in it that a database cannot keep. */
export const LIST_NAME = /^(?:[a-z0-9_]{1,64}|playlist:[^\p{Cc}\p{Cs}]{1,200})$/u;

const OF_PLAYLIST = /^playlist[:?]/;

/** The name of the list that has the entries of a playlist. */
export function playlistList(id: string): string {
  return `playlist:${id}`;
}

/** The same for one of which nothing is told. @param position its place among the playlists, from 1 */
export function unknownPlaylistList(position: number): string {
  return `playlist?${position}`;
}

/** The id of the playlist whose entries a list has, or the place of one of which nothing is told; null for any other list. */
export function playlistIn(list: string): string | null {
  return OF_PLAYLIST.test(list) ? list.replace(OF_PLAYLIST, '') : null;
}
