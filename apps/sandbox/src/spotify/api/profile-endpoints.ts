import type { Answer } from '../../faults/answer.js';
import { chartsOf } from '../../listening/charts.js';
import { apiError, jsonAnswer } from '../reply.js';
import { idOfName } from '../library/ids.js';
import type { Ask, Endpoint } from './ask.js';
import { fieldsIf } from './look.js';
import { artistShape, hashOf, songShape } from './music-shapes.js';
import { pageShape, readPaging } from './paging.js';
import { personShape } from './playlist-shapes.js';

const dayMs = 86_400_000;
const timeRanges = new Map([
  ['short_term', 28 * dayMs],
  ['medium_term', 182 * dayMs],
  ['long_term', 365 * dayMs],
]);

/** The endpoints of the person and of what they hear most. */
export const profileEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: 'me', scopes: [], answer: me },
  { method: 'GET', path: 'me/top/tracks', scopes: ['user-top-read'], answer: (ask) => top(ask, 'tracks') },
  { method: 'GET', path: 'me/top/artists', scopes: ['user-top-read'], answer: (ask) => top(ask, 'artists') },
];

function me({ look, scopes, person }: Ask): Answer {
  const { id, displayName } = person;
  const { external_urls, ...rest } = personShape(look, person);
  const isPrivate = look.isFull && scopes.includes('user-read-private');
  return jsonAnswer(200, {
    ...fieldsIf(isPrivate, { country: 'SE' }),
    display_name: displayName,
    ...fieldsIf(look.isFull && scopes.includes('user-read-email'), {
      email: `${displayName.toLowerCase()}@example.org`,
    }),
    ...fieldsIf(isPrivate, { explicit_content: { filter_enabled: false, filter_locked: false } }),
    external_urls: external_urls ?? {},
    ...fieldsIf(look.isFull, { followers: { href: null, total: 12 } }),
    ...rest,
    ...fieldsIf(look.hasAccountId, { account_id: idOfName('account', id) }),
    images: [300, 64].map((size) => ({ height: size, url: `${look.art}/${hashOf(id)}.png`, width: size })),
    ...fieldsIf(isPrivate, { product: 'premium' }),
  });
}

function top(ask: Ask, what: 'tracks' | 'artists'): Answer {
  const { world, look, query } = ask;
  const paging = readPaging(query);
  if ('status' in paging) return paging;
  const range = query.get('time_range');
  const span = timeRanges.get(range ?? 'medium_term');
  if (span === undefined) return apiError(400, 'Invalid time range');
  const { listener, discography, nowMs } = world;
  const until = listener.playAt(nowMs).number;
  const from = ask.isNew ? until : Math.max(0, listener.firstFrom(nowMs - span));
  const { tracks, artists } = chartsOf(listener.catalogue, listener.countPlays(from, until));
  const { limit, offset } = paging;
  const items =
    what === 'tracks'
      ? tracks
          .slice(offset, offset + limit)
          .map(({ entry }) => songShape(look, discography.songOf(entry), { isPlayable: true }))
      : artists.slice(offset, offset + limit).map(({ entry }) => artistShape(look, discography.performerOf(entry)));
  const { href, next, previous } = pageShape(ask, `me/top/${what}`, paging, {
    items: [],
    total: what === 'tracks' ? tracks.length : artists.length,
    // What was not asked is not in the addresses either.
    more: range === null ? {} : { time_range: range },
  });
  const total = what === 'tracks' ? tracks.length : artists.length;
  return jsonAnswer(200, {
    items,
    total,
    limit,
    offset,
    href: href ?? null,
    next: next ?? null,
    previous: previous ?? null,
  });
}
