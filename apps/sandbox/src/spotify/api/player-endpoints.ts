import type { Answer } from '../../faults/answer.js';
import type { JsonObject } from '../../json.js';
import { hex } from '../../listening/random.js';
import { apiError, jsonAnswer, noContent } from '../reply.js';
import type { Ask, Endpoint } from './ask.js';
import { songShape } from './music-shapes.js';
import { whole } from './paging.js';
import { contextShape, playedSong, playingShape, type Playback } from './playback.js';

/** The endpoints of the player and its history. */
export const playerEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: 'me/player', scopes: ['user-read-playback-state'], answer: player },
  {
    method: 'GET',
    path: 'me/player/currently-playing',
    scopes: ['user-read-currently-playing'],
    answer: (ask) => (ask.playback === null ? noContent : jsonAnswer(200, currentlyPlaying(ask, ask.playback))),
  },
  {
    method: 'GET',
    path: 'me/player/queue',
    scopes: ['user-read-currently-playing', 'user-read-playback-state'],
    answer: queue,
  },
  {
    method: 'GET',
    path: 'me/player/recently-played',
    scopes: ['user-read-recently-played'],
    answer: recentlyPlayed,
  },
];

/** How many plays Spotify remembers. */
export const recentWindow = 50;

const queueLength = 20;

function player(ask: Ask): Answer {
  const { playback, world } = ask;
  if (playback === null) return noContent;
  return jsonAnswer(200, {
    device: {
      id: hex(40, world.listener.seed, 'device'),
      is_active: true,
      is_private_session: playback.isPrivate,
      is_restricted: false,
      name: 'Kitchen',
      supports_volume: true,
      type: 'Speaker',
      volume_percent: 40,
    },
    shuffle_state: false,
    smart_shuffle: false,
    repeat_state: 'off',
    ...currentlyPlaying(ask, playback),
  });
}

function currentlyPlaying(ask: Ask, playback: Playback): JsonObject {
  const { type, item } = playingShape(ask.look, playback.playing, rightsOf(ask));
  return {
    timestamp: playback.changedMs,
    context: contextShape(ask.look, playback.context),
    progress_ms: playback.progressMs,
    item,
    currently_playing_type: type,
    actions: { disallows: playback.isPlaying ? { resuming: true } : { pausing: true } },
    is_playing: playback.isPlaying,
  };
}

function queue(ask: Ask): Answer {
  const { playback, world, look } = ask;
  if (playback === null) return jsonAnswer(200, { currently_playing: null, queue: [] });
  const { number } = world.listener.playAt(world.nowMs);
  const next = Array.from({ length: queueLength }, (_, at) =>
    songShape(look, world.discography.songOf(world.listener.play(number + 1 + at).track)),
  );
  return jsonAnswer(200, {
    currently_playing: playingShape(look, playback.playing, { ...rightsOf(ask), asksEpisodes: true }).item,
    queue: next,
  });
}

function rightsOf({ query, scopes }: Ask): { asksEpisodes: boolean; hasResumePoint: boolean } {
  return { asksEpisodes: asksEpisodes(query), hasResumePoint: scopes.includes('user-read-playback-position') };
}

/** Whether the client says that it knows episodes. */
export function asksEpisodes(query: URLSearchParams): boolean {
  return (query.get('additional_types') ?? '').split(',').includes('episode');
}

/** The last plays that ended, newest first; what goes on is not among them. */
function recentlyPlayed(ask: Ask): Answer {
  const { query, world, look } = ask;
  const limit = whole(query.get('limit') ?? '20');
  if (limit === null || limit < 1 || limit > 50) return apiError(400, 'Invalid limit');
  const [after, before] = [query.get('after'), query.get('before')];
  if (after !== null && before !== null) return apiError(400, 'Only one of after and before can be given');
  const [afterMs, beforeMs] = [whole(after ?? '0'), whole(before ?? '999999999999999')];
  if (afterMs === null || beforeMs === null) return apiError(400, 'Invalid cursor');

  const newest = world.listener.playAt(world.nowMs).number - 1;
  const window = Array.from({ length: ask.isNew ? 0 : recentWindow }, (_, at) => world.listener.play(newest - at));
  const within = window.filter(({ endMs }) => endMs > afterMs && endMs < beforeMs);
  // Going forward, the plays right after the cursor come first, so that nothing is left out.
  const plays = after === null ? within.slice(0, limit) : within.slice(-limit);
  const [first, last] = [plays[0], plays.at(-1)];

  const address = (more: Readonly<Record<string, string>>): string =>
    `${look.base}/me/player/recently-played?${new URLSearchParams({ ...more, limit: String(limit) }).toString()}`;
  const asked: Record<string, string> = after === null ? (before === null ? {} : { before }) : { after };
  const href = address(asked);
  if (first === undefined || last === undefined) {
    return jsonAnswer(200, { items: [], next: null, cursors: null, limit, href });
  }
  const cursors = { after: String(first.endMs), before: String(last.endMs) };
  return jsonAnswer(200, {
    items: plays.map((play) => {
      const { song, context } = playedSong(world, play);
      return {
        track: songShape(look, song),
        played_at: new Date(play.endMs).toISOString(),
        context: contextShape(look, context),
      };
    }),
    next: address(after === null ? { before: cursors.before } : { after: cursors.after }),
    cursors,
    limit,
    href,
  });
}
