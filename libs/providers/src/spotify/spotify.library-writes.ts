import { type LibraryWrites, ProviderError } from '#listening';
import type { Change, SpotifyApi } from './spotify.api.js';
import { toPlaylist } from './spotify.library-map.js';
import { CHANGES, type Question, changeOfPlaylist } from './spotify.questions.js';

export function createLibraryWrites({ change }: SpotifyApi): LibraryWrites {
  /** Saving, following somebody and following a playlist are three rights: one call for each keeps the order of all. */
  async function keep(method: Change['method'], uris: readonly string[]): Promise<void> {
    for (const question of [CHANGES.kept, CHANGES.followed, CHANGES.followedPlaylists]) {
      const some = uris.filter((uri) => changeOf(uri) === question);
      if (some.length > 0) await change(question, { method, query: { uris: some.join(',') } });
    }
  }

  return {
    save: (uris) => keep('PUT', uris),
    remove: (uris) => keep('DELETE', uris),
    async createPlaylist({ name, description, isPublic, isCollaborative }) {
      const body = {
        name,
        // An empty one says nothing, and Spotify shows no playlist of several people on a profile.
        ...(description === '' ? {} : { description }),
        public: isPublic && !isCollaborative,
        collaborative: isCollaborative,
      };
      const playlist = toPlaylist(await change(CHANGES.newPlaylist, { method: 'POST', body }));
      if (playlist) return playlist;
      throw new ProviderError('upstream_error', {
        message: 'Spotify made a playlist and told nothing of it.',
        remedy: 'Look into the Spotify app whether it is there, before you try again.',
        isFinal: true,
      });
    },
    async insert(playlistId, uris, position) {
      await change(changeOfPlaylist(playlistId), { method: 'POST', body: { uris, position } });
    },
    async removeEntries(playlistId, uris) {
      const items = uris.map((uri) => ({ uri }));
      await change(changeOfPlaylist(playlistId), { method: 'DELETE', body: { items } });
    },
    async move(playlistId, { from, count, to }) {
      const body = { range_start: from, range_length: count, insert_before: to };
      await change(changeOfPlaylist(playlistId), { method: 'PUT', body });
    },
  };
}

/** What keeps a thing, by what its URI says that it is. */
function changeOf(uri: string): Question {
  if (uri.startsWith('spotify:artist:')) return CHANGES.followed;
  return uri.startsWith('spotify:playlist:') ? CHANGES.followedPlaylists : CHANGES.kept;
}
