import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heard } from './heard.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 10, 21, 9, 30) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Something to hear of, no more often than once a second, that answers when it is told. */
function setUp() {
  const asked: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  const heard = new Heard(
    () =>
      new Promise<string>((resolve, reject) => {
        asked.push({ resolve, reject });
      }),
    1_000,
  );
  return { asked, heard };
}

const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('Heard', () => {
  it('asks once for all who want to know, and anew when that was asked too long ago', async () => {
    const { asked, heard } = setUp();
    const both = [heard.hear(2_000), heard.hear(2_000)];
    asked[0]?.resolve('well');
    expect(await Promise.all(both)).toEqual(['well', 'well']);
    await later(1_000);
    expect(await heard.hear(2_000)).toBe('well');
    expect(asked).toHaveLength(1);
    await later(1);
    const next = heard.hear(2_000);
    asked[1]?.resolve('better');
    expect(await next).toBe('better');
  });

  it('does not ask more often while asking fails', async () => {
    const { asked, heard } = setUp();
    const first = expect(heard.hear(2_000)).rejects.toThrow('It is away.');
    asked[0]?.reject(new Error('It is away.'));
    await first;
    await expect(heard.hear(2_000)).rejects.toThrow('It is away.');
    expect(asked).toHaveLength(1);
  });

  it('lets nobody wait once more for what is late, asks nothing else meanwhile, and tells none of what was before', async () => {
    const { asked, heard } = setUp();
    const before = heard.hear(2_000);
    asked[0]?.resolve('well');
    await before;
    await later(1_001);
    const tooLate = expect(heard.hear(2_000)).rejects.toThrow('no answer within 2000 ms');
    await later(2_000);
    await tooLate;
    const atOnce = expect(heard.hear(2_000)).rejects.toThrow('no answer within 2000 ms');
    await later(0);
    await atOnce;
    asked[1]?.resolve('well again');
    expect(await heard.hear(2_000)).toBe('well again');
    expect(asked).toHaveLength(2);
  });

  it('asks once more when an answer is so late that it may never come', async () => {
    const { asked, heard } = setUp();
    const tooLate = expect(heard.hear(2_000)).rejects.toThrow('no answer within 2000 ms');
    await later(2_000);
    await tooLate;
    await later(2_999);
    const stillLate = expect(heard.hear(2_000)).rejects.toThrow('no answer within 2000 ms');
    await later(0);
    await stillLate;
    expect(asked).toHaveLength(1);
    await later(1);
    const next = heard.hear(2_000);
    asked[1]?.resolve('well');
    expect(await next).toBe('well');
  });

  it.each([
    [
      'it was told to',
      (heard: Heard<string>) => {
        heard.forget();
      },
    ],
    ['the clock was set back', () => vi.setSystemTime(Date.now() - 60_000)],
  ])('asks anew after %s', async (_, change) => {
    const { asked, heard } = setUp();
    const before = heard.hear(2_000);
    asked[0]?.resolve('well');
    await before;
    change(heard);
    const after = heard.hear(2_000);
    asked[1]?.resolve('otherwise');
    expect(await after).toBe('otherwise');
  });
});
