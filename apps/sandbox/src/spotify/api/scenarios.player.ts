import { scenario, type Scenario, type Scenarios } from '../../control/scenario.js';
import { songParameter } from '../../listening/song.js';
import type { World } from './world.js';
import type { ApiBehaviour } from './behaviour.js';
import type { Playback, Playing } from './playback.js';

/** Scenarios in which Spotify is well and what plays is special. */
export const playerScenarios: Scenarios<ApiBehaviour> = {
  playing: scenario('This song plays, over and over.', { track: songParameter() }, ({ track }) => {
    const since = fromFirstLook();
    return {
      playback: (usual, world) => {
        const song = world.discography.songOf({ ...track, seconds: madeUpSeconds });
        const changedMs = since(world);
        const progressMs = (world.nowMs - changedMs) % song.durationMs;
        return { ...usual, playing: { kind: 'song', song }, changedMs, progressMs, context: null };
      },
    };
  }),
  paused: scenario('The song is paused where it was.', {}, () => {
    let paused: Playback | null = null;
    return {
      playback: (usual, world) => {
        paused ??= { ...usual, isPlaying: false, changedMs: world.nowMs };
        return paused;
      },
    };
  }),
  idle: scenario('Nothing plays: status 204 without a body.', {}, () => ({ playback: () => null })),
  ad: plays('An advertisement plays: no item.', () => ({ kind: 'ad' })),
  episode: plays(
    'An episode of a podcast plays; a client that does not ask for episodes gets no item.',
    ({ talk }) => ({ kind: 'episode', episode: talk.episode(talk.episodeNumber(2, 5)) }),
  ),
  'episode-null-item': plays('An episode plays, and the item is null whatever the client asks for.', () => ({
    kind: 'hidden-episode',
  })),
  chapter: plays('A chapter of an audiobook plays: an episode with odd fields.', ({ talk }) => ({
    kind: 'chapter',
    episode: talk.episode(talk.episodeNumber(3, 3)),
    book: talk.audiobook(1),
  })),
  'local-file': plays('A file from the disk plays: no ids, no pictures.', () => ({
    kind: 'local',
    uri: 'spotify:local:The+Home+Band::Demo+3+%28loud%29:273',
  })),
  'unknown-item': plays('Something plays that Spotify does not name: no item, type unknown.', () => ({
    kind: 'unknown',
  })),
  'null-progress': differs('The player does not say how far the song is.', { progressMs: null }),
  'private-session': differs('A private session: only the player says so.', { isPrivate: true }),
  'no-context': differs('The player does not say from where the song is played.', { context: null }),
  'new-account': scenario('Nothing was ever played: no history, no top lists, nothing playing.', {}, () => ({
    isNew: true,
    playback: () => null,
  })),
};

const madeUpSeconds = 240;

/** Something other than a song, since the scenario was first seen. */
function plays(about: string, playing: (world: World) => Playing): Scenario<ApiBehaviour> {
  return scenario(about, {}, () => {
    const since = fromFirstLook();
    return {
      playback: (usual, world) => {
        const changedMs = since(world);
        const played = playing(world);
        const context: Playback['context'] =
          played.kind === 'episode' || played.kind === 'chapter' ? { type: 'show', id: showOf(played) } : null;
        return { ...usual, playing: played, changedMs, progressMs: world.nowMs - changedMs, context };
      },
    };
  });
}

function showOf(played: Extract<Playing, { episode: unknown }>): string {
  return played.kind === 'chapter' ? played.book.id : played.episode.show.id;
}

function differs(about: string, difference: Partial<Playback>): Scenario<ApiBehaviour> {
  return scenario(about, {}, () => ({ playback: (usual) => ({ ...usual, ...difference }) }));
}

/** The moment of the first call under a scenario, at each later one. */
function fromFirstLook(): (world: World) => number {
  let first: number | null = null;
  return ({ nowMs }) => (first ??= nowMs);
}
