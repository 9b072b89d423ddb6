import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { ProviderError } from '#listening';
import type { RunningProvider, RunningProviders } from '../../providers/running-providers.js';
import type { DailyCalls } from '../../upstream/daily-calls.js';
import type { Held, LibraryJobs } from './library-jobs.js';
import { LibraryWorker } from './library-worker.js';

const HELD: Held = { id: '1', provider: 'tape', fence: 1 };
const mistake = new TypeError('page.entries is not iterable');
const unknown = { message: 'Reading from Tape failed.', remedy: 'Look into the log.', cause: mistake };

class TapeWorker extends LibraryWorker<Held> {
  constructor(
    private readonly failure: Error,
    jobs: object,
  ) {
    const running = { provider: { id: 'tape' } } as unknown as RunningProvider;
    const providers = { all: [{ provider: running.provider, running }], get: () => running };
    super({
      logger: new Logger('Tape'),
      jobs: jobs as unknown as LibraryJobs,
      providers: providers as unknown as RunningProviders,
      calls: {} as unknown as DailyCalls,
      remedy: 'Again.',
    });
  }
  protected override serves = (): boolean => true;
  protected override take = (held: Held): Promise<Held> => Promise.resolve(held);
  protected override nameOf = (): string => 'tape_backup';
  protected override make = (): Promise<void> => Promise.reject(this.failure);
  protected override folderFault = (): Promise<null> => Promise.resolve(null);
  protected override fail = (): Promise<void> => Promise.resolve();
}

/** What the log has of errors when a job has met a failure for so often. */
async function logged(failure: Error, setbacks: number): Promise<unknown[][]> {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  await new Promise<void>((resolve) => {
    const due = [HELD];
    const claim = (): Promise<Held | null> => {
      if (due.length === 0) resolve();
      return Promise.resolve(due.shift() ?? null);
    };
    const done = (): Promise<number> => Promise.resolve(setbacks);
    new TapeWorker(failure, { claim, setbacks: done, pause: done, spread: () => undefined }).look();
  });
  const { calls } = error.mock;
  vi.restoreAllMocks();
  return calls;
}

describe('the log of a job', () => {
  const told = ['tape_backup meets a mistake of this service.', expect.stringContaining(mistake.message)];

  it('has the stack of a mistake of ours that is told as a failure of the provider, also when it is tried again', async () => {
    expect(await logged(new ProviderError('upstream_error', unknown), 0)).toEqual([told]);
    expect(await logged(new ProviderError('upstream_error', unknown), 12)).toContainEqual(told);
    expect(await logged(mistake, 0)).toContainEqual(told);
  });

  it('has none of what the provider has answered', async () => {
    const { message, remedy } = unknown;
    expect(await logged(new ProviderError('upstream_error', { message, remedy }), 0)).toEqual([]);
    expect(await logged(new ProviderError('forbidden', { message, remedy }), 0)).toEqual([
      [`tape_backup has failed: ${message}`],
    ]);
  });
});
