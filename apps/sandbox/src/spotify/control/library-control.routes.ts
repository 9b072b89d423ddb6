import type { FastifyInstance } from 'fastify';
import { integer, type Parameters } from '../../control/parameters.js';
import { sendProblem } from '../../control/problem.js';
import type { Spotify } from '../spotify.js';
import { bagOf, withParameters } from './spotify-control.routes.js';
import { places, texts } from './spotify-parameters.js';

const libraryChange: Parameters<{ add: readonly string[]; remove: readonly string[]; addTracks: number }> = {
  add: { ...texts, expects: 'a list of URIs of any kind that can be kept', absent: { value: [] } },
  remove: { ...texts, expects: 'a list of URIs of any kind that can be kept', absent: { value: [] } },
  addTracks: integer({ min: 0, max: 10_000, absent: 0 }),
};

const playlistChange: Parameters<{ add: readonly string[]; remove: readonly number[] }> = {
  add: { ...texts, expects: 'a list of URIs for the end of the playlist', absent: { value: [] } },
  remove: { ...places, expects: 'a list of places, counted from 0 before the change', absent: { value: [] } },
};

/** Serves the controls by which the library changes as if the listener had done it in the app. */
export function libraryControlRoutes(app: FastifyInstance, spotify: Spotify): void {
  app.post('/control/spotify/library', (request, reply) =>
    withParameters(reply, libraryChange, bagOf(request.body), ({ add, remove, addTracks }) => {
      const { library, discography, nowMs } = spotify.world();
      for (const uri of remove) library.listOf(uri)?.remove(uri);
      for (const uri of add) library.listOf(uri)?.add(uri, nowMs);
      const fresh: string[] = [];
      for (let number = firstFresh; fresh.length < addTracks; number += 1) {
        const { uri } = discography.song(number);
        if (library.lists.track.has(uri)) continue;
        library.lists.track.add(uri, nowMs);
        fresh.unshift(uri);
      }
      const totals = Object.entries(library.lists).map(([kind, list]): [string, number] => [kind, list.total()]);
      return { totals: Object.fromEntries(totals), added: fresh };
    }),
  );

  app.post<{ Params: { id: string } }>('/control/spotify/playlists/:id', (request, reply) => {
    const { playlists } = spotify.world().library;
    const { id } = request.params;
    if (playlists.byId(id) === null) {
      return sendProblem(reply, 404, 'No such playlist', { detail: `There is no playlist with the id ${id}.` });
    }
    return withParameters(reply, playlistChange, bagOf(request.body), ({ add, remove }) => {
      const addedMs = Math.floor(spotify.world().nowMs / 1000) * 1000;
      const { snapshotId, total } = playlists.change(id, (entries) => [
        ...entries.filter((_, place) => !remove.includes(place)),
        ...add.map((uri) => ({ uri, addedMs })),
      ]);
      return { snapshotId, total };
    });
  });
}

/** Songs from here on lie beyond every library that can be asked for. */
const firstFresh = 1_000_000;
