import type { Credentials, ReadOptions } from '#listening';
import { type UpstreamChange, type UpstreamClient, UpstreamError } from '#upstream';
import { type Wire, asObject } from '../wire.js';
import { DISPLAY_NAME, TokenRefused, asSpotifyError, judge } from './spotify.errors.js';
import { entriesOf, subjectOf } from './spotify.map.js';
import type { Question } from './spotify.questions.js';
import { asList } from './spotify.wire.js';

export type Query = Readonly<Record<string, string | number>>;

/** Without it an episode that is on comes as nothing, and one in a playlist as a song. */
export const EPISODES_TOO = { additional_types: 'track,episode' };

/** As many entries as Spotify sends at once. */
export const PAGE = 50;

/** One call with one token. An answer without a body is an empty object. */
async function get(
  upstream: UpstreamClient,
  token: string,
  question: Question,
  query: Query,
  signal?: AbortSignal,
): Promise<Wire> {
  // The token stands in a header alone: an address ends up in logs.
  const { path } = question;
  const request = { path, part: partOf(path), query, headers: { Authorization: `Bearer ${token}` }, signal };
  const answer = await upstream.read(request, (received) => judge(received, question));
  return asObject(answer.json) ?? {};
}

/** `me/player`, `me/tracks`, `playlists`: what fails together. */
function partOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'me' ? `${first}/${second}` : first;
}

/** Asks with a token at hand. @throws ProviderError */
export async function askWith(upstream: UpstreamClient, token: string, question: Question): Promise<Wire> {
  try {
    return await get(upstream, token, question, {});
  } catch (error) {
    throw asSpotifyError(error);
  }
}

/** What is sent to change something. */
export type Change = Pick<UpstreamChange, 'method' | 'query' | 'body'>;

/** Asks in the name of the linked account. */
export interface SpotifyApi {
  /** @throws ProviderError */
  ask: (question: Question, query: Query, options?: ReadOptions) => Promise<Wire>;
  /**
   * The first entries of a list that have a name. Goes on to a next page when some had none, so that there are as many as
   * asked for; it works the offsets out itself, for Spotify's own `next` has led to addresses that it refuses.
   *
   * @throws ProviderError
   */
  collect: (question: Question, query: Query, limit: number, options?: ReadOptions) => Promise<Wire[]>;
  /**
   * Changes something. It is sent again for one reason alone: that its token was refused, for then nothing was done.
   *
   * @throws ProviderError
   */
  change: (question: Question, change: Change) => Promise<Wire>;
}

/** More would be spent on a list that is full of dead entries than it is worth. */
const MOST_PAGES = 3;

export function createApi(upstream: UpstreamClient, credentials: Credentials): SpotifyApi {
  async function withToken<T>(
    scopes: readonly string[],
    use: (token: string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      const token = await unlessGivenUp(credentials.accessToken({ scopes }), signal);
      try {
        return await use(token);
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        // Tokens can end before their time. Once: what refuses a new one as well refuses the account.
        const fresh = await unlessGivenUp(credentials.accessToken({ scopes, rejected: token }), signal);
        return await use(fresh);
      }
    } catch (error) {
      throw asSpotifyError(error);
    }
  }

  function ask(question: Question, query: Query, { signal }: ReadOptions = {}): Promise<Wire> {
    return withToken(question.scopes, (token) => get(upstream, token, question, query, signal), signal);
  }

  async function collect(question: Question, query: Query, limit: number, options?: ReadOptions): Promise<Wire[]> {
    const size = Math.min(limit, PAGE);
    const named: Wire[] = [];
    for (let page = 0; page < MOST_PAGES && named.length < limit; page += 1) {
      const body = await ask(question, { ...query, limit: size, offset: page * size }, options);
      named.push(...entriesOf(body).filter((entry) => subjectOf(entry) !== null));
      if (asList(body['items']).length < size) break;
    }
    return named.slice(0, limit);
  }

  function change(question: Question, { method, query = {}, body }: Change): Promise<Wire> {
    return withToken(question.scopes, async (token) => {
      const { path } = question;
      const request = { method, path, part: partOf(path), query, headers: { Authorization: `Bearer ${token}` } };
      const answer = await upstream.change(body ? { ...request, body } : request, (received) =>
        judge(received, question),
      );
      return asObject(answer.json) ?? {};
    });
  }

  return { ask, collect, change };
}

/** A refresh goes on for whoever else waits for it; a read that is given up does not wait for its end. */
async function unlessGivenUp<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let giveUp = (): void => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(new UpstreamError('aborted', `The read from ${DISPLAY_NAME} was given up.`));
    };
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
  });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
