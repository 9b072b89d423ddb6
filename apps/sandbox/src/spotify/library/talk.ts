import { draw, entryAt, hex } from '../../listening/random.js';
import { idOf, numberOf, type Kind } from './ids.js';

/** A podcast. */
export interface Show {
  id: string;
  title: string;
  publisher: string;
  description: string;
  coverHash: string;
  totalEpisodes: number;
}

/** An episode of a podcast. `isDead`: it was taken down, and little is left of it. */
export interface Episode {
  id: string;
  uri: string;
  title: string;
  show: Show;
  durationMs: number;
  date: string;
  isDead: boolean;
}

/** A book to listen to. */
export interface Audiobook {
  id: string;
  title: string;
  author: string;
  narrator: string;
  coverHash: string;
  totalChapters: number;
}

const subjects = ['Lighthouses', 'Ferry Timetables', 'Moss & Lichen', 'Møblerte rom', '灯台の話', 'Unsent Letters'];
const forms = ['A Slow Talk about', 'Ten Minutes of', 'Nothing but', 'The Other Side of', 'Everyday'];
const episodesPerShow = 1000;

/** Podcasts and books without end, the same for the same seed. */
export type Talk = ReturnType<typeof createTalk>;

/** The podcasts and books of a seed. */
export function createTalk(seed: number) {
  const title = (kind: string, number: number): string => {
    const series = Math.floor(number / (forms.length * subjects.length));
    const words = `${entryAt(forms, number % forms.length)} ${entryAt(subjects, Math.floor(number / forms.length) % subjects.length)}`;
    return series === 0 ? words : `${words}, ${kind} ${series + 1}`;
  };
  const show = (number: number): Show => ({
    id: idOf(seed, 'show', number),
    title: title('Series', number),
    publisher: `Radio Sandbox ${1 + (number % 7)}`,
    description: `All about it & more, part ${number + 1}.`,
    coverHash: hex(32, seed, 'show', number),
    totalEpisodes: 10 + (draw(seed, 'episodes', number) % 300),
  });
  const episode = (number: number): Episode => {
    const id = idOf(seed, 'episode', number);
    const nth = number % episodesPerShow;
    return {
      id,
      uri: `spotify:episode:${id}`,
      title: `No. ${nth + 1}: ${entryAt(subjects, draw(seed, 'subject', number) % subjects.length)}`,
      show: show(Math.floor(number / episodesPerShow)),
      durationMs: (600 + (draw(seed, 'talk', number) % 4800)) * 1000,
      date: new Date(Date.UTC(2020, 0, 1 + (number % 2000))).toISOString().slice(0, 10),
      isDead: nth === deadEpisode,
    };
  };
  const audiobook = (number: number): Audiobook => ({
    id: idOf(seed, 'audiobook', number),
    title: title('Volume', number),
    author: `Ottilie Sandgrube ${number + 1}`,
    narrator: 'Wren Halloway-Pike',
    coverHash: hex(32, seed, 'audiobook', number),
    totalChapters: 5 + (draw(seed, 'chapters', number) % 40),
  });
  const byId = <T>(kind: Kind, id: string, make: (number: number) => T): T | null => {
    const number = numberOf(seed, kind, id);
    return number === null ? null : make(number);
  };
  return {
    show,
    episode,
    audiobook,
    /** Number of episode `nth` of a show. */
    episodeNumber: (show: number, nth: number): number => show * episodesPerShow + nth,
    /** The thing with an id, and null when there is none. */
    showById: (id: string): Show | null => byId('show', id, show),
    episodeById: (id: string): Episode | null => byId('episode', id, episode),
    audiobookById: (id: string): Audiobook | null => byId('audiobook', id, audiobook),
  };
}

/** Which episode of each show is dead. */
export const deadEpisode = 2;
