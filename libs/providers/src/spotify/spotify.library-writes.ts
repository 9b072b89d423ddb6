import { type LibraryWrites, ProviderError } from '#listening';
import type { Change, SpotifyApi } from './spotify.api.js';
import { toPlaylist } from './spotify.library-map.js';
import { CHANGES, type Question, changeOfPlaylist } from './spotify.questions.js';

export function createLibraryWrites({ change }: SpotifyApi): LibraryWrites {
  /** Following is another right than saving: one call for each keeps the order of both. */
  async function keep(method: Change['method'], uris: readonly string[]): Promise<void> {
    const isArtist = (uri: string) => uri.startsWith('spotify:artist:');
    const parts: readonly [Question, readonly string[]][] = [
      [CHANGES.kept, uris.filter((uri) => !isArtist(uri))],
      [CHANGES.followed, uris.filter(isArtist)],
    ];
    for (const [question, some] of parts) {
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
