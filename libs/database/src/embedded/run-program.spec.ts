import { afterEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from './run-program.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('runProgram', () => {
  it('tells how a program has ended, and what it said', async () => {
    expect(await runProgram('/bin/sh', ['-c', 'echo one; echo two >&2; exit 3'])).toEqual({
      ok: false,
      status: 3,
      output: expect.stringMatching(/one[^]*two|two[^]*one/) as unknown,
    });
    expect(await runProgram('/bin/sh', ['-c', 'kill -9 $$'])).toEqual({ ok: false, status: null, output: '' });
    expect(await runProgram('/nowhere/at/all', [])).toMatchObject({ ok: false, spawnError: 'ENOENT' });
  });

  it('ends what never ends, and leaves no timer when it is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const endless = runProgram('/bin/sleep', ['3600']);
      await vi.advanceTimersByTimeAsync(120_000);
      expect(await endless).toEqual({ ok: false, status: null, output: '' });
      await runProgram('/bin/sh', ['-c', 'exit 0']);
      await runProgram('/nowhere/at/all', []);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps our environment, which holds secrets, from it, and what would change what Postgres does', async () => {
    vi.stubEnv('SPOTIFY_CLIENT_SECRET', 'a-secret-in-the-environment');
    vi.stubEnv('PGOPTIONS', '-c fsync=off');
    const { ok, output } = await runProgram('env', []);
    expect(ok).toBe(true);
    expect(output).not.toMatch(/SPOTIFY|PGOPTIONS/);
  });
});
