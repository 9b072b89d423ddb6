import { isRecord, type Parameter } from '../control/parameters.js';
import type { Track } from './catalogue.js';
import { hex } from './random.js';

/** A song that a person describes; its length is not asked for and is 0. */
export function songParameter(): Parameter<Track> {
  return {
    expects: '{"artist": "...", "title": "...", "album": "..."}, where album may be left out',
    read: (value) => {
      if (!isRecord(value)) return undefined;
      const { artist, title, album, ...unknown } = value;
      const isWhole = Object.keys(unknown).length === 0 && (album === undefined || typeof album === 'string');
      if (typeof artist !== 'string' || typeof title !== 'string' || !isWhole) return undefined;
      return song(artist, title, album);
    },
  };
}

function song(artistName: string, title: string, albumTitle: string | undefined): Track {
  const artist = { name: artistName, mbid: '' };
  const coverHash = hex(32, 0, artistName, albumTitle ?? '');
  const album = albumTitle === undefined ? null : { title: albumTitle, artist, mbid: '', coverHash };
  return { title, artist, album, mbid: '', seconds: 0 };
}
