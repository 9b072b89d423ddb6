import type { Json } from '../json.js';
import { draw, fraction, hex } from '../listening/random.js';
import type { Answer } from '../faults/answer.js';
import { errorReply, jsonReply } from './musicbrainz.reply.js';

const isrcPattern = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;
/** So many of all ISRCs are not known. */
const unknown = 0.25;

/** What MusicBrainz has of an ISRC: the same for the same seed. */
export function lookUp(seed: number, isrc: string): Answer {
  if (!isrcPattern.test(isrc)) return errorReply(400, 'Invalid isrc.');
  const ids = recordingIds(seed, isrc);
  if (ids.length === 0) return errorReply(404, 'Not Found');
  return jsonReply(200, { isrc, recordings: ids.map((id, place) => recording(seed, isrc, id, place)) });
}

/** The recordings of an ISRC; none when it is not known. Some have two or three. */
export function recordingIds(seed: number, isrc: string): string[] {
  if (fraction(seed, 'isrc', isrc) < unknown) return [];
  const count = 1 + Math.max(0, (draw(seed, 'recordings', isrc) % 6) - 3);
  return Array.from({ length: count }, (_, place) => {
    const digits = hex(32, seed, 'recording', isrc, place);
    const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
    return [...parts, digits.slice(20)].join('-');
  });
}

function recording(seed: number, isrc: string, id: string, place: number): Json {
  return {
    id,
    title: `Recording ${place + 1} of ${isrc}`,
    length: place === 0 ? 150_000 + (draw(seed, 'length of', isrc) % 120_000) : null,
    disambiguation: '',
    video: false,
    'first-release-date': '',
  };
}
