import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRecord } from '../control/parameters.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';

/** The keys and kinds of values of a body, without the values; of a list each kind of entry once. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((entry) => JSON.stringify(shape(entry))))].sort();
  if (!isRecord(value)) return typeof value;
  const keys = Object.keys(value).sort();
  // The captured profile is older than these three.
  return Object.fromEntries(
    keys.filter((key) => !/^(artist|album|track)_count$/.test(key)).map((key) => [key, shape(value[key])]),
  );
}

const captured = process.env['CAPTURED_BODIES'] ?? '';

describe('the shapes of captured bodies', () => {
  if (captured === '') {
    it('are not compared, because CAPTURED_BODIES does not name their folder', () => {
      expect(captured).toBe('');
    });
    return;
  }
  it.each([
    ['user.getRecentTracks', { method: 'user.getRecentTracks', limit: '1' }, 'idle'],
    ['user.getRecentTracks.extended', { method: 'user.getRecentTracks', limit: '1', extended: '1' }, 'normal'],
    ['user.getTopTracks', { method: 'user.getTopTracks', limit: '3' }, 'normal'],
    ['user.getTopArtists', { method: 'user.getTopArtists', limit: '3' }, 'normal'],
    ['user.getTopAlbums', { method: 'user.getTopAlbums', limit: '3' }, 'normal'],
    ['user.getLovedTracks', { method: 'user.getLovedTracks', limit: '1' }, 'normal'],
    ['user.getInfo', { method: 'user.getInfo' }, 'normal'],
    ['user.getInfo.not-found', { method: 'user.getInfo', user: 'Nobody' }, 'normal'],
  ])('%s is ours too', async (name, question, scenario) => {
    const sandbox = await sandboxUnderTest();
    await sandbox.scenario(scenario);
    const theirs: unknown = JSON.parse(await readFile(join(captured, 'lastfm', `${name}.json`), 'utf8'));
    expect(shape(await sandbox.read(question))).toEqual(shape(theirs));
  });
});
