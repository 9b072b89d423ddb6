import type { Playing } from './playing.js';

/** What a widget shows, in words and addresses that are safe to use. */
export interface Face {
  /** Over the title: what this is. */
  label: string;
  /** Where it comes from, as a name; empty when nobody has told. */
  source: string;
  /** Why it may not be as it is shown; empty when all is well. */
  hint: string;
  /** Nobody can say any more that it is so. */
  isOld: boolean;
  title: string;
  titleUrl: string | null;
  /** Under the title. */
  detail: string;
  detailUrl: string | null;
  imageUrl: string | null;
  imageText: string;
  /** What somebody hears who cannot see it. */
  spoken: string;
}

const AWAY = 'The service that knows what plays does not answer right now. This is the last it said.';
const STALE = 'What plays could not be asked anew. This is the last that is known.';
const DEGRADED = 'The usual source cannot answer right now, and another one may answer for it.';

/** @param isAway whether the service has not answered for a while */
export function faceOf(playing: Playing, isAway: boolean): Face {
  const isOld = isAway || playing.stale;
  const hint = isAway ? AWAY : playing.stale ? STALE : playing.degraded ? DEGRADED : '';
  const common = {
    source: nameOf(playing.source),
    hint,
    isOld,
    imageUrl: webAddressOf(playing.albumImageUrl),
  };
  if (!playing.isPlaying) {
    const { lastPlayed } = playing;
    return {
      ...common,
      label: isOld ? 'Last known' : '',
      title: playing.title,
      titleUrl: null,
      detail: lastPlayed ? `Last played: ${lastPlayed.title} – ${lastPlayed.artist}` : '',
      detailUrl: webAddressOf(lastPlayed?.songUrl ?? ''),
      imageText: '',
      spoken: playing.title,
    };
  }
  return {
    ...common,
    label: isOld ? 'Last known' : 'Now playing',
    title: playing.title,
    titleUrl: webAddressOf(playing.songUrl),
    detail: playing.artist,
    detailUrl: null,
    imageText: playing.album === '' ? '' : `Cover of ${playing.album}`,
    spoken: `Now playing: ${playing.title}, ${playing.artist}`,
  };
}

/** Sources are named by short words, which are the names of services but for the capital letter. */
function nameOf(source: string | null): string {
  return source === null ? '' : source.charAt(0).toUpperCase() + source.slice(1);
}

/** @returns null for what is no address of the web, such as one that runs a script */
export function webAddressOf(address: string): string | null {
  return /^https?:\/\//i.test(address) ? address : null;
}
