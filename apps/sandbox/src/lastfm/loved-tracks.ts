import type { Account } from './account.js';
import { listAttributes, pageOf, readPaging, sentList } from './paging.js';
import { anyOrder, date, images, namedArtist, starHash, trackUrl } from './pieces.js';
import type { Question } from './question.js';
import { content, type LastfmReply } from './reply.js';

const maxLimit = 1000;

/** user.getLovedTracks, latest first. */
export function lovedTracksReply(question: Question, account: Account, origin: string): LastfmReply {
  const paging = readPaging(question, maxLimit);
  if ('kind' in paging) return paging;
  const entries = pageOf(account.loved, paging).map(({ track, lovedMs }) =>
    anyOrder(
      {
        artist: namedArtist(track.artist),
        mbid: track.mbid,
        date: date(lovedMs / 1000),
        url: trackUrl(track),
        image: images(origin, starHash),
        name: track.title,
        streamable: { fulltrack: '0', '#text': '0' },
      },
      account.listener.seed,
      'loved',
      track.title,
    ),
  );
  return content({
    lovedtracks: {
      track: sentList(entries, account.singleAsObject),
      '@attr': listAttributes(account.name, paging, account.loved.length),
    },
  });
}
