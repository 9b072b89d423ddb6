import type { JsonObject } from '../../json.js';
import type { Audiobook, Episode, Show } from '../library/talk.js';
import { fieldsIf, type Look } from './look.js';
import { addresses, marketsField, pictures } from './music-shapes.js';

/** A podcast. */
export function showShape(look: Look, show: Show): JsonObject {
  return {
    ...marketsField(look, show.id),
    copyrights: [],
    description: show.description,
    explicit: false,
    ...addresses(look, 'show', show.id),
    html_description: `<p>${show.description.replaceAll('&', '&amp;')}</p>`,
    id: show.id,
    images: pictures(look, show.coverHash),
    is_externally_hosted: false,
    languages: ['en-GB'],
    media_type: 'audio',
    name: show.title,
    ...fieldsIf(look.isFull, { publisher: show.publisher }),
    total_episodes: show.totalEpisodes,
    type: 'show',
    uri: `spotify:show:${show.id}`,
  };
}

/** An episode. `hasResumePoint`: whether the token may know how far it was heard. */
export function episodeShape(look: Look, episode: Episode, hasResumePoint: boolean): JsonObject {
  if (episode.isDead) return deadEpisodeShape(look, episode, hasResumePoint);
  return {
    audio_preview_url: null,
    description: `${episode.title}, from ${episode.show.title}.`,
    duration_ms: episode.durationMs,
    explicit: false,
    ...addresses(look, 'episode', episode.id),
    html_description: `<p>${episode.title}</p>`,
    id: episode.id,
    images: pictures(look, episode.show.coverHash),
    is_externally_hosted: false,
    is_playable: true,
    language: 'en-GB',
    languages: ['en-GB'],
    name: episode.title,
    release_date: episode.date,
    release_date_precision: 'day',
    ...resumePoint(hasResumePoint),
    show: showShape(look, episode.show),
    type: 'episode',
    uri: episode.uri,
  };
}

/** An episode as the items of playlists have it. */
export function playlistEpisodeShape(look: Look, episode: Episode): JsonObject {
  const whole = episodeShape(look, { ...episode, isDead: false }, false);
  return { ...whole, ...marketsField(look, episode.id), episode: true, track: false };
}

/** An episode for a client that does not ask for episodes: it looks like a song by its show. */
export function disguisedEpisodeShape(look: Look, episode: Episode): JsonObject {
  const { show } = episode;
  const asArtist = {
    ...addresses(look, 'show', show.id),
    id: show.id,
    name: show.title,
    uri: `spotify:show:${show.id}`,
  };
  return {
    preview_url: null,
    ...marketsField(look, episode.id),
    explicit: false,
    type: 'track',
    episode: true,
    track: false,
    album: {
      album_type: null,
      artists: [{ ...asArtist, type: 'artist' }],
      ...marketsField(look, show.id),
      ...asArtist,
      images: pictures(look, show.coverHash),
      release_date: episode.date,
      release_date_precision: 'day',
      type: 'album',
    },
    artists: [{ ...asArtist, type: 'artist' }],
    disc_number: 0,
    track_number: 0,
    duration_ms: episode.durationMs,
    external_ids: {},
    ...addresses(look, 'episode', episode.id),
    id: episode.id,
    name: episode.title,
    uri: episode.uri,
    is_local: false,
  };
}

/** A chapter of a book as it plays: an episode whose show is the book. */
export function chapterShape(look: Look, episode: Episode, book: Audiobook): JsonObject {
  const show: Show = {
    id: book.id,
    title: book.title,
    publisher: book.author,
    description: `${book.title}, read by ${book.narrator}.`,
    coverHash: book.coverHash,
    totalEpisodes: book.totalChapters,
  };
  return {
    ...episodeShape(look, { ...episode, isDead: false, title: 'Chapter 3', show }, false),
    language: '',
    languages: [''],
    release_date: '0000',
    release_date_precision: 'year',
    show: { ...showShape(look, show), total_episodes: null, is_externally_hosted: null },
  };
}

/** A book. */
export function audiobookShape(look: Look, book: Audiobook): JsonObject {
  return {
    authors: [{ name: book.author }],
    ...marketsField(look, book.id),
    copyrights: [],
    description: `${book.title}, a book.`,
    html_description: `<p>${book.title}, a book.</p>`,
    edition: 'Unabridged',
    explicit: false,
    external_urls: { spotify: `https://open.spotify.com/show/${book.id}` },
    href: `${look.base}/audiobooks/${book.id}`,
    id: book.id,
    images: pictures(look, book.coverHash),
    is_externally_hosted: false,
    languages: ['en'],
    media_type: 'audio',
    name: book.title,
    narrators: [{ name: book.narrator }],
    ...fieldsIf(look.isFull, { publisher: book.author }),
    type: 'audiobook',
    uri: `spotify:audiobook:${book.id}`,
    total_chapters: book.totalChapters,
  };
}

function resumePoint(has: boolean): JsonObject {
  return fieldsIf(has, { resume_point: { fully_played: false, resume_position_ms: 0 } });
}

function deadEpisodeShape(look: Look, episode: Episode, hasResumePoint: boolean): JsonObject {
  return {
    ...episodeShape(look, { ...episode, isDead: false }, hasResumePoint),
    audio_preview_url: null,
    description: null,
    duration_ms: null,
    external_urls: {},
    href: `${look.base}/episodes/null`,
    html_description: null,
    id: null,
    images: [],
    language: null,
    languages: [null],
    name: null,
    release_date: '0000',
    release_date_precision: 'year',
    show: {
      ...showShape(look, episode.show),
      description: null,
      html_description: null,
      id: null,
      name: null,
      uri: null,
    },
    uri: null,
  };
}
