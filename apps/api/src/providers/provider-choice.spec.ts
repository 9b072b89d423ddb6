import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, LASTFM, SPOTIFY, openHouse } from './testing/house.js';

let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

describe('what the settings choose', () => {
  it('is the first that is configured, where they name none', () => {
    expect(house.with({ ...LASTFM }).choice.current).toEqual({
      active: 'lastfm',
      fallback: null,
      chosenBy: 'settings',
      since: null,
    });
    expect(house.with({}).choice.current).toMatchObject({ active: null, fallback: null });
  });

  it('is what they name, with its fallback', () => {
    const env = { ...LASTFM, ...SPOTIFY, LISTENING_PROVIDER: 'lastfm', LISTENING_FALLBACK: 'spotify' };
    expect(house.with(env).choice.current).toMatchObject({ active: 'lastfm', fallback: 'spotify' });
  });

  it('is no fallback where that would be the same', () => {
    const env = { ...LASTFM, LISTENING_FALLBACK: 'lastfm' };
    expect(house.with(env).choice.current).toMatchObject({ active: 'lastfm', fallback: null });
  });
});
