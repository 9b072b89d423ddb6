import { describe, expect, it } from 'vitest';
import { progressLine, progressWords, stateLine } from './progress-line.js';

const tracks = { list: 'tracks', done: 2_660, total: 5_320 };

describe('a line of progress', () => {
  it('has the list, a bar, the figures and the time left', () => {
    expect(progressLine(tracks, 12_400, 79)).toBe(
      'tracks  [###############...............]  2,660/5,320  50 %  about 12 s left',
    );
    expect(progressWords(tracks, 12_400)).toBe('tracks  2,660/5,320  50 %  about 12 s left');
  });

  it('never is wider than the terminal', () => {
    const playlist = { list: `playlist:${'x'.repeat(80)}`, done: 3, total: 10 };
    for (const progress of [tracks, playlist, { ...tracks, total: null }]) {
      for (let width = 1; width <= 120; width += 1) {
        expect(progressLine(progress, 3_600_000, width).length).toBeLessThanOrEqual(width);
      }
    }
    expect(progressLine(tracks, null, 37)).toBe('tracks  [####....]  2,660/5,320  50 %');
    expect(progressLine(tracks, null, 36)).toBe('tracks  2,660/5,320  50 %');
  });

  it('promises no end that is not known, and is never more than full', () => {
    expect(progressWords({ list: 'top_artists_1month', done: 150, total: null }, null)).toBe('top artists 1month  150');
    expect(progressWords({ list: 'tracks', done: 60, total: 50 }, 5_000)).toBe('tracks  60/50  100 %');
    expect(progressWords({ list: 'albums', done: 0, total: 0 }, null)).toBe('albums  0/0  100 %');
    expect(progressWords({ list: 'playlist:37i9', done: 999, total: 1_000 }, null)).toBe(
      'playlist 37i9  999/1,000  99 %',
    );
  });
});

describe('how it stands', () => {
  it('is told with how far it is or until when it waits, if that is so', () => {
    const resumeAt = new Date(2026, 10, 21, 5, 30);
    expect(stateLine({ state: 'running', progress: tracks, resumeAt: null })).toBe(
      'running: tracks  2,660/5,320  50 %',
    );
    expect(stateLine({ state: 'running', progress: null, resumeAt: null })).toBe('running');
    expect(stateLine({ state: 'paused', progress: tracks, resumeAt })).toBe('paused until 2026-11-21 05:30');
    expect(stateLine({ state: 'paused', progress: tracks, resumeAt: null })).toBe('paused');
    expect(stateLine({ state: 'complete_with_omissions', progress: tracks, resumeAt })).toBe('complete with omissions');
  });
});
