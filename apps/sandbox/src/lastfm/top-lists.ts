import { chartsOf, type Charts, type Ranked } from '../listening/charts.js';
import type { Album, Artist, Track } from '../listening/catalogue.js';
import type { Account } from './account.js';
import type { JsonObject } from '../json.js';
import { listAttributes, pageOf, readPaging, sentList } from './paging.js';
import { anyOrder, artistImages, coverImages, images, musicUrl, namedArtist, starHash, trackUrl } from './pieces.js';
import type { Question } from './question.js';
import { content, failure, type LastfmReply } from './reply.js';

const maxLimit = 1000;

/** Each period and its days. */
const periods = new Map([
  ['overall', Infinity],
  ['7day', 7],
  ['1month', 30],
  ['3month', 90],
  ['6month', 180],
  ['12month', 365],
]);

/** The charts of one of Last.fm's periods; null for one that it does not have. */
export function chartsFor(account: Account, period: string): Charts | null {
  const days = periods.get(period);
  if (days === undefined) return null;
  const since = Math.max(0, account.nowSeconds - days * 86_400);
  return chartsOf(account.listener.catalogue, account.history.countSince(since));
}

/** user.getTopTracks */
export function topTracks(question: Question, account: Account, origin: string): LastfmReply {
  return topList(
    question,
    account,
    ['toptracks', 'track'],
    ({ tracks }) => tracks,
    (track: Track) => ({
      // Last.fm does not know how long a song without an id is.
      duration: String(track.mbid === '' ? 0 : track.seconds),
      artist: namedArtist(track.artist),
      image: images(origin, starHash),
      streamable: { fulltrack: '0', '#text': '0' },
      mbid: track.mbid,
      name: track.title,
      url: trackUrl(track),
    }),
  );
}

/** user.getTopArtists */
export function topArtists(question: Question, account: Account, origin: string): LastfmReply {
  return topList(
    question,
    account,
    ['topartists', 'artist'],
    ({ artists }) => artists,
    (artist: Artist) => ({
      mbid: artist.mbid,
      url: musicUrl(artist),
      image: artistImages(origin),
      name: artist.name,
      streamable: '0',
    }),
  );
}

/** user.getTopAlbums: the one top list with real pictures. */
export function topAlbums(question: Question, account: Account, origin: string): LastfmReply {
  return topList(
    question,
    account,
    ['topalbums', 'album'],
    ({ albums }) => albums,
    (album: Album) => ({
      artist: namedArtist(album.artist),
      image: coverImages(origin, album),
      url: musicUrl(album.artist, album.title),
      name: album.title,
      mbid: album.mbid,
    }),
  );
}

function topList<T>(
  question: Question,
  account: Account,
  [listName, entryName]: [string, string],
  pick: (charts: Charts) => readonly Ranked<T>[],
  describe: (entry: T) => JsonObject,
): LastfmReply {
  const paging = readPaging(question, maxLimit);
  if ('kind' in paging) return paging;
  const charts = chartsFor(account, question.parameters.get('period')?.toLowerCase() ?? 'overall');
  if (charts === null) return failure(6, { message: 'Invalid period' });
  const ranked = pick(charts);
  const entries = pageOf(ranked, paging).map(({ rank, playcount, entry }) =>
    anyOrder(
      { '@attr': { rank: String(rank) }, playcount: String(playcount), ...describe(entry) },
      account.listener.seed,
      listName,
      rank,
    ),
  );
  const list: JsonObject = {
    [entryName]: sentList(entries, account.singleAsObject),
    '@attr': listAttributes(account.name, paging, ranked.length),
  };
  return content({ [listName]: anyOrder(list, account.listener.seed, listName) });
}
