import { hex } from '../listening/random.js';
import { foundedMs } from '../listening/timeline.js';
import type { Account } from './account.js';
import { anyOrder, images } from './pieces.js';
import type { Question } from './question.js';
import { content, type LastfmReply } from './reply.js';
import { chartsFor } from './top-lists.js';

/** user.getInfo */
export function userInfo(_question: Question, account: Account, origin: string): LastfmReply {
  const charts = chartsFor(account, 'overall');
  const founded = foundedMs / 1000;
  const user = {
    name: account.name,
    age: '0',
    subscriber: '0',
    realname: '',
    bootstrap: '0',
    playcount: String(account.history.size),
    artist_count: String(charts?.artists.length ?? 0),
    playlists: '0',
    track_count: String(charts?.tracks.length ?? 0),
    album_count: String(charts?.albums.length ?? 0),
    image: images(origin, hex(32, account.listener.seed, 'avatar')),
    // The one number in all of the API that is sent as a number.
    registered: { unixtime: String(founded), '#text': founded },
    country: 'None',
    gender: 'n',
    url: `https://www.last.fm/user/${account.name}`,
    type: 'user',
  };
  return content({ user: anyOrder(user, account.listener.seed, 'user') });
}
