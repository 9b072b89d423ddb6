import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveState } from './live-state.js';
import { playing } from './testing/playing.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('LiveState', () => {
  it('knows nothing any more when the clock has been set back: nobody knows how old it is', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const state = new LiveState({ current: 0 });
    const now = Date.now();
    state.set({ document: playing, provider: 'lastfm', generation: 0, checkedAt: now, freshUntil: now + 60_000 });
    vi.setSystemTime(now - 500);
    expect(state.fresh?.document).toBe(playing);
    vi.setSystemTime(now - 300_000);
    expect(state.current).toBeNull();
    expect(state.fresh).toBeNull();
    vi.setSystemTime(now + 1_000);
    expect(state.fresh?.document).toBe(playing);
  });

  it('lets whoever waits for something new go with it, or when the time is over, and keeps nobody longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const state = new LiveState({ current: 0 });
    const tooLate = state.next(2_500);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(await tooLate).toBe(false);
    expect(state).toHaveProperty('waiting.size', 0);
    const inTime = [state.next(2_500), state.next(2_500)];
    state.set({ document: playing, provider: null, generation: 0, checkedAt: 0, freshUntil: 0 });
    expect(await Promise.all(inTime)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
