import { scenario, type Scenarios } from '../control/scenario.js';
import { songParameter } from '../listening/song.js';
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
