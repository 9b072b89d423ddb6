import { describe, expect, it, onTestFinished } from 'vitest';
import { makeListeningLog } from '../testing/listening-log.js';
import type { BoundedConnection } from './bounded-connection.js';
import { type ChannelListeners, makeChannelListeners } from './channel-listeners.js';
import { type ListeningConnection, keepListening, retryPause } from './keep-listening.js';

describe('retryPause', () => {
  it('doubles up to its bound, for ever', () => {
    const options = { retryMs: 100, longestRetryMs: 2_000, random: () => 0 };
    const pauses = [0, 1, 2, 3, 4, 5, 6, 5_000].map((failures) => retryPause(failures, options));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  });

  it('is spread over its upper half', () => {
    const at = (value: number): number => retryPause(0, { retryMs: 100, longestRetryMs: 50, random: () => value });
    expect([at(0), at(0.5), at(0.999)]).toEqual([50, 37.5, expect.closeTo(25, 0)]);
  });
});

/** Longer than any test. */
const NEVER = 3_600_000;

interface FakeConnection extends BoundedConnection {
  said: string[];
  lose: () => void;
  isClosed: () => boolean;
}

/** A connection to nobody. */
function makeConnection(answer: (statement: string) => Promise<void> = () => Promise.resolve()): FakeConnection {
  const gone = new AbortController();
  const said: string[] = [];
  let isClosed = false;
  return {
    gone: gone.signal,
    said,
    run: (statement) => {
      said.push(statement);
      return answer(statement);
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
    lose: () => {
      gone.abort(new Error('lost'));
    },
    isClosed: () => isClosed,
  };
}

/** Listens to `songs` on one connection after the other, then on none. */
function listen(
  connections: FakeConnection[],
  closing = new AbortController(),
  connected = (): void => undefined,
): { listeners: ChannelListeners; listening: ListeningConnection } {
  const log = makeListeningLog();
  const listeners = makeChannelListeners(log, closing.signal, () => {
    listening.channelsChanged();
  });
  const none = (): Promise<never> =>
    new Promise((_, reject) => {
      closing.signal.addEventListener('abort', () => {
        reject(new Error('closing'));
      });
    });
  const connect = async (): Promise<BoundedConnection> => {
    const connection = connections.shift() ?? (await none());
    connected();
    return connection;
  };
  const retry = { retryMs: 1, longestRetryMs: 1, random: () => 0 };
  const listening = keepListening({ connect, listeners, log, closing: closing.signal, probeMs: NEVER, ...retry });
  listeners.add('songs', () => undefined);
  onTestFinished(async () => {
    closing.abort();
    await listening.current()?.close();
  });
  return { listeners, listening };
}

describe('keepListening', () => {
  it('is over, and has closed the connection, when closing comes just as that is made', async () => {
    const closing = new AbortController();
    const connection = makeConnection();
    const { listening } = listen([connection], closing, () => {
      closing.abort();
    });
    await listening.over;
    expect(connection.isClosed()).toBe(true);
    expect(connection.said).toEqual([]);
  });

  it('takes up a channel that comes while the server is being told of another', async () => {
    const connection = makeConnection((statement) => {
      if (statement === 'LISTEN "songs"') listeners.add('links', () => undefined);
      return Promise.resolve();
    });
    const { listeners } = listen([connection]);
    await expect.poll(() => connection.said).toEqual(['LISTEN "songs"', 'LISTEN "links"']);
  });

  it('closes a connection on which it cannot listen, and lends none that is lost', async () => {
    // As a standby does.
    const refusing = makeConnection(() => Promise.reject(new Error('cannot execute LISTEN during recovery')));
    const taking = makeConnection();
    const { listening } = listen([refusing, taking]);
    await expect.poll(() => taking.said).toEqual(['LISTEN "songs"']);
    expect(refusing.isClosed()).toBe(true);
    expect(listening.current()).toBe(taking);
    taking.lose();
    await expect.poll(() => listening.current()).toBeUndefined();
  });
});
