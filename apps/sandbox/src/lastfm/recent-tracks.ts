import type { Track } from '../listening/catalogue.js';
import type { Account } from './account.js';
import type { History } from './history.js';
import type { JsonObject } from '../json.js';
import { listAttributes, readPaging, readWhole, sentList } from './paging.js';
import { anyOrder, coverImages, date, images, musicUrl, starHash, trackUrl } from './pieces.js';
import type { Question } from './question.js';
import { content, failure, type LastfmReply } from './reply.js';

const maxLimit = 200;

/** user.getRecentTracks: the running song, when there is one, is extra on every page and in every window. */
export function recentTracks(question: Question, account: Account, origin: string): LastfmReply {
  const paging = readPaging(question, maxLimit);
  if ('kind' in paging) return paging;
  const range = readRange(question, account.history);
  if (range === null) return failure(6);

  const extended = account.alwaysExtended || question.parameters.get('extended') === '1';
  const entries: JsonObject[] = [];
  if (account.nowPlaying !== null) {
    const entry = { '@attr': { nowplaying: 'true' }, ...trackEntry(account.nowPlaying, account, origin, extended) };
    entries.push(anyOrder(entry, account.listener.seed, 'now playing', account.nowPlaying.title));
  }
  const newest = range.end - 1 - (paging.page - 1) * paging.limit;
  for (let number = newest; number >= range.begin && number > newest - paging.limit; number -= 1) {
    const { track, startSeconds } = account.history.scrobble(number);
    const entry = { ...trackEntry(track, account, origin, extended), date: date(startSeconds) };
    entries.push(anyOrder(entry, account.listener.seed, 'scrobble', number));
  }
  const total = range.end - range.begin;
  return content({
    recenttracks: {
      '@attr': listAttributes(account.name, paging, total),
      track: sentList(entries, account.singleAsObject),
    },
  });
}

/** The scrobbles between `from` (inclusive) and `to` (exclusive), as numbers; null when one of them is no number. */
function readRange(question: Question, history: History): { begin: number; end: number } | null {
  const from = readWhole(question.parameters.get('from') ?? '0');
  const to = readWhole(question.parameters.get('to') ?? '999999999999');
  if (from === null || to === null) return null;
  const begin = history.firstFrom(from);
  return { begin, end: Math.max(begin, history.firstFrom(to)) };
}

function trackEntry(track: Track, account: Account, origin: string, extended: boolean): JsonObject {
  const { artist, album, title, mbid } = track;
  const shape: JsonObject = {
    mbid,
    image: coverImages(origin, album),
    url: trackUrl(track),
    streamable: '0',
    album: { mbid: album?.mbid ?? '', '#text': album?.title ?? '' },
    name: title,
  };
  if (!extended) return { artist: { mbid: artist.mbid, '#text': artist.name }, ...shape };
  const fullArtist = { url: musicUrl(artist), mbid: artist.mbid, image: images(origin, starHash), name: artist.name };
  const loved = account.loved.some((entry) => entry.track === track) ? '1' : '0';
  return { artist: fullArtist, ...shape, loved };
}
