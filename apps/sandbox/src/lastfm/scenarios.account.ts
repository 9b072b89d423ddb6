import { isRecord, type Parameter } from '../control/parameters.js';
import { scenario, type Scenarios } from '../control/scenario.js';
import type { Track } from '../listening/catalogue.js';
import { hex } from '../listening/random.js';
import { accountAt, type Account } from './account.js';
import type { LastfmBehaviour } from './behaviour.js';
import { historyOf, lastOnly, noHistory } from './history.js';

/** Scenarios in which Last.fm is well and the account is special. */
export const accountScenarios: Scenarios<LastfmBehaviour> = {
  idle: scenario('Nothing is playing.', {}, () => ({ account: (account) => ({ ...account, nowPlaying: null }) })),
  playing: scenario('This song plays, and does not end.', { track: songParameter() }, ({ track }) => ({
    account: (account) => ({ ...account, nowPlaying: track }),
  })),
  'scrobbled-early': scenario(
    'The running song stands in the history already, as it does from the middle of a song on.',
    {},
    () => ({ account: withCurrentInHistory }),
  ),
  one: scenario('A history of one play, sent as an object and not as a list; nothing is playing.', {}, () => ({
    account: (account) => ({ ...onePlay(account), nowPlaying: null }),
  })),
  'one-playing': scenario(
    'A history of one play, and a song that plays; a lone entry is sent as an object.',
    {},
    () => ({
      account: onePlay,
    }),
  ),
  'first-play': scenario('No history yet, and a song that plays, sent as an object.', {}, () => ({
    account: (account) => ({ ...noPlays(account), nowPlaying: account.nowPlaying, singleAsObject: true }),
  })),
  empty: scenario('A new account: no history, nothing playing, nothing loved.', {}, () => ({ account: noPlays })),
  'other-user': scenario("Answers carry another user's name and data.", {}, () => ({
    account: (account, stranger) => accountAt(stranger, 'Grace', account.nowSeconds * 1000),
  })),
  'extended-always': scenario('Recent tracks have the shape of extended=1 unasked.', {}, () => ({
    account: (account) => ({ ...account, alwaysExtended: true }),
  })),
};

function onePlay(account: Account): Account {
  const { tracks } = account.listener.catalogue;
  return { ...account, history: lastOnly(account.history, tracks), singleAsObject: true };
}

function noPlays(account: Account): Account {
  return { ...account, history: noHistory(account.listener.catalogue.tracks), nowPlaying: null, loved: [] };
}

function withCurrentInHistory(account: Account): Account {
  return { ...account, history: historyOf(account.listener, account.history.size + 1) };
}

/** A song described by a person. */
function songParameter(): Parameter<Track> {
  return {
    expects: '{"artist": "...", "title": "...", "album": "..."}, where album may be left out',
    read: (value) => {
      if (!isRecord(value)) return undefined;
      const { artist, title, album, ...unknown } = value;
      const isWhole = Object.keys(unknown).length === 0 && (album === undefined || typeof album === 'string');
      if (typeof artist !== 'string' || typeof title !== 'string' || !isWhole) return undefined;
      return song(artist, title, album);
    },
  };
}

function song(artistName: string, title: string, albumTitle: string | undefined): Track {
  const artist = { name: artistName, mbid: '' };
  const coverHash = hex(32, 0, artistName, albumTitle ?? '');
  const album = albumTitle === undefined ? null : { title: albumTitle, artist, mbid: '', coverHash };
  return { title, artist, album, mbid: '', seconds: 0 };
}
