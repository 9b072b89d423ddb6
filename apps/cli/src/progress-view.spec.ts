import { describe, expect, it } from 'vitest';
import { parseBackup, type Backup } from './backup.js';
import { ProgressView } from './progress-view.js';

function view(isTerminal: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const output = {
    columns: 60,
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      return true;
    },
  };
  return { written, clock, view: new ProgressView(output, isTerminal, () => clock.now) };
}

function backup(state: string, more: object = {}): Backup {
  const facts = { id: '1', name: 'tape_backup', provider: 'tape', createdAt: '2026-11-21T03:15:00.000Z' };
  const parsed = parseBackup({ ...facts, state, ...more });
  if (parsed === null) throw new Error('This is no backup.');
  return parsed;
}

const reading = (list: string, done: number): Backup => backup('running', { progress: { list, done, total: 100 } });

describe('progress', () => {
  it('is one line on a terminal, written anew each time', () => {
    const { written, clock, view: shown } = view(true);
    shown.show(backup('queued'));
    shown.show(reading('tracks', 50));
    clock.now = 2_000;
    shown.show(reading('tracks', 75));
    shown.clear();
    expect(written).toEqual([
      '\r\u001b[2Ktracks  [###############...............]  50/100  50 %',
      '\r\u001b[2Ktracks  [##############.....]  75/100  75 %  about 2 s left',
      '\r\u001b[2K',
    ]);
  });

  it('is a line for each list and one every five seconds elsewhere', () => {
    const { written, clock, view: shown } = view(false);
    for (const [now, list, done] of [
      [0, 'tracks', 10],
      [500, 'tracks', 20],
      [4_900, 'tracks', 30],
      [5_100, 'tracks', 40],
      [5_200, 'albums', 10],
      [5_700, 'albums', 20],
    ] as const) {
      clock.now = now;
      shown.show(reading(list, done));
    }
    shown.clear();
    expect(written).toEqual([
      'tracks  10/100  10 %\n',
      'tracks  40/100  40 %  about 10 s left\n',
      'albums  20/100  20 %\n',
    ]);
  });

  it('tells of a pause once, with when it goes on and why', () => {
    const { written, clock, view: shown } = view(false);
    const resumeAt = new Date(2026, 10, 21, 5, 30);
    clock.now = resumeAt.getTime() - 2 * 3_600_000;
    const trouble = { code: 'x', detail: 'It wants to be left alone.', remedy: 'Nothing to do here.' };
    const paused = backup('paused', { resumeAt: resumeAt.toISOString(), trouble });
    shown.show(paused);
    shown.show(paused);
    expect(written).toEqual([
      'It waits and goes on at 2026-11-21 05:30 in 2 h: It wants to be left alone. Nothing to do here.\n',
    ]);
  });

  it('tells the same anew when it happens again, and leaves its line to it', () => {
    for (const isTerminal of [false, true]) {
      const { written, view: shown } = view(isTerminal);
      const [line, clear] = isTerminal
        ? ['\r\u001b[2Ktracks  [#########......................]', '\r\u001b[2K']
        : ['tracks  ', ''];
      shown.note('It is lost.');
      shown.show(reading('tracks', 30));
      shown.note('It is lost.');
      expect(written.filter((text) => text !== clear)).toEqual([
        'It is lost.\n',
        expect.stringContaining(line.slice(0, 20)),
        'It is lost.\n',
      ]);
      expect(written.filter((text) => text === clear)).toHaveLength(isTerminal ? 2 : 0);
    }
  });

  it('is as fast after a pause as it was since', () => {
    const { written, clock, view: shown } = view(false);
    for (const [now, job] of [
      [0, reading('tracks', 0)],
      [10_000, reading('tracks', 40)],
      [20_000, backup('paused')],
      [7_200_000, reading('tracks', 40)],
      [7_206_000, reading('tracks', 70)],
    ] as const) {
      clock.now = now;
      shown.show(job);
    }
    expect(written.slice(2)).toEqual([
      'It waits.\n',
      'tracks  40/100  40 %\n',
      'tracks  70/100  70 %  about 6 s left\n',
    ]);
  });

  it('tells what one waits for that has not begun', () => {
    const { written, view: shown } = view(false);
    shown.show(backup('queued'));
    const trouble = { code: 'conflict', detail: 'A restore is under way.', remedy: 'Nothing to do here.' };
    shown.show(backup('queued', { trouble }));
    expect(written).toEqual(['It waits: A restore is under way. Nothing to do here.\n']);
  });
});
