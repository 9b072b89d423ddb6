import { scenario, type Scenario, type Scenarios } from '../control/scenario.js';
import type { LastfmBehaviour } from './behaviour.js';
import { isList, isObject, without, type Json, type JsonObject } from '../json.js';
import { date } from './pieces.js';

/** Scenarios in which a good answer has odd places. */
export const bodyScenarios: Scenarios<LastfmBehaviour> = {
  'odd-dates': edited('One play dated 1970, and one without a date that is not playing now.', (list) =>
    editEntries(list, oddDates),
  ),
  'no-total': edited('Lists do not say their total.', (list) => {
    const attributes = list['@attr'];
    return isObject(attributes) ? { ...list, '@attr': without(attributes, 'total') } : list;
  }),
  nulls: edited('Entries with a null album, without pictures, without ids, and with a nameless artist.', (list) =>
    list['registered'] === undefined
      ? editEntries(list, (entries) => entries.map((entry, index) => nullsIn(entry, index)))
      : { ...list, image: null, realname: null, country: null },
  ),
};

function edited(about: string, edit: (list: JsonObject) => JsonObject): Scenario<LastfmBehaviour> {
  return scenario(about, {}, () => ({
    reply: (_question, usual) => {
      const reply = usual();
      if (reply.kind === 'error') return reply;
      const body = Object.entries(reply.body).map(([name, value]): [string, Json] => [
        name,
        isObject(value) ? edit(value) : value,
      ]);
      return { ...reply, body: Object.fromEntries(body) };
    },
  }));
}

/** Edits the entries of whatever list the answer holds. */
function editEntries(list: JsonObject, edit: (entries: readonly JsonObject[]) => readonly JsonObject[]): JsonObject {
  const changed = Object.entries(list).map(([name, value]): [string, Json] => {
    const isEntries = isList(value) && name !== 'image';
    return [name, isEntries ? edit(value.filter((entry) => isObject(entry))) : value];
  });
  return Object.fromEntries(changed);
}

function oddDates(entries: readonly JsonObject[]): readonly JsonObject[] {
  let dated = 0;
  return entries.map((entry) => {
    if (entry['date'] === undefined) return entry;
    dated += 1;
    if (dated === 1) return { ...entry, date: date(0) };
    return dated === 2 ? without(entry, 'date') : entry;
  });
}

function nullsIn(entry: JsonObject, index: number): JsonObject {
  const artist = entry['artist'];
  switch (index % 4) {
    case 0:
      return entry['album'] === undefined ? { ...entry, image: null } : { ...entry, album: null };
    case 1:
      return without(entry, 'image');
    case 2:
      return { ...entry, mbid: '' };
    default:
      return isObject(artist)
        ? { ...entry, artist: without(without(artist, '#text'), 'name') }
        : without(entry, 'name');
  }
}
