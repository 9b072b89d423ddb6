import type { JsonObject } from '../../json.js';
import type { Play } from '../../listening/listener.js';
import { draw } from '../../listening/random.js';
import type { Song } from '../library/discography.js';
import type { Audiobook, Episode } from '../library/talk.js';
import { listenerPerson } from '../person.js';
import type { World } from './world.js';
import type { Look } from './look.js';
import { addresses, localFileShape, songShape } from './music-shapes.js';
import { chapterShape, episodeShape } from './talk-shapes.js';

/** What the player plays. */
export type Playing =
  | { kind: 'song'; song: Song }
  | { kind: 'episode'; episode: Episode }
  | { kind: 'chapter'; episode: Episode; book: Audiobook }
  | { kind: 'local'; uri: string }
  | { kind: 'hidden-episode' }
  | { kind: 'ad' }
  | { kind: 'unknown' };

/** From where it plays; null when the player does not say. */
export type Context = { type: 'album' | 'playlist' | 'show'; id: string } | { type: 'collection' } | null;

/** The player of the listener. */
export interface Playback {
  playing: Playing;
  isPlaying: boolean;
  progressMs: number | null;
  /** When its state changed last, in epoch milliseconds. */
  changedMs: number;
  context: Context;
  isPrivate: boolean;
}

/** The song of a play, and from where it was played: both are the same for player and history. */
export function playedSong(world: World, play: Play): { song: Song; context: Context } {
  const song = world.discography.songOf(play.track);
  const chance = draw(world.listener.seed, 'context', play.number) % 4;
  if (chance === 0) return { song, context: { type: 'collection' } };
  if (chance > 1 || world.library.lists.playlist.total() === 0) {
    return { song, context: { type: 'album', id: song.release.id } };
  }
  return { song, context: { type: 'playlist', id: world.library.playlists.byNumber(0).id } };
}

/** What plays when nothing is special: the listener's song. */
export function usualPlayback(world: World): Playback {
  const play = world.listener.playAt(world.nowMs);
  const { song, context } = playedSong(world, play);
  return {
    playing: { kind: 'song', song },
    isPlaying: true,
    progressMs: world.nowMs - play.startMs,
    changedMs: play.startMs,
    context,
    isPrivate: false,
  };
}

/** The context as the API writes it. */
export function contextShape(look: Look, context: Context): JsonObject | null {
  if (context === null) return null;
  if (context.type === 'collection') {
    return {
      external_urls: { spotify: 'https://open.spotify.com/collection/tracks' },
      href: `${look.base}/me/tracks`,
      type: 'collection',
      uri: `spotify:user:${listenerPerson.id}:collection`,
    };
  }
  const { type, id } = context;
  return { ...addresses(look, type, id), type, uri: `spotify:${type}:${id}` };
}

/** What plays, as the player says it. Without `asksEpisodes` it hides everything that is not music. */
export function playingShape(
  look: Look,
  playing: Playing,
  { asksEpisodes, hasResumePoint }: { asksEpisodes: boolean; hasResumePoint: boolean },
): { type: string; item: JsonObject | null } {
  switch (playing.kind) {
    case 'song':
      return { type: 'track', item: songShape(look, playing.song) };
    case 'local':
      return { type: 'track', item: localFileShape(look, playing.uri) };
    case 'episode':
      return { type: 'episode', item: asksEpisodes ? episodeShape(look, playing.episode, hasResumePoint) : null };
    case 'chapter':
      return { type: 'episode', item: asksEpisodes ? chapterShape(look, playing.episode, playing.book) : null };
    case 'hidden-episode':
      return { type: 'episode', item: null };
    case 'ad':
    case 'unknown':
      return { type: playing.kind, item: null };
  }
}
