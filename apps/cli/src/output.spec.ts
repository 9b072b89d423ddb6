import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(process.cwd(), 'dist/apps/cli/src/main.js');
const ID = '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f';
const BACKUP = {
  id: ID,
  name: 'spotify_backup_2026-11-21T031500Z',
  provider: 'spotify',
  state: 'complete',
  createdAt: '2026-11-21T03:15:00.000Z',
  counts: {},
};
const FULL = /^The output cannot be written \(\w+\)\.\nWhat is there of it is not whole: .+\n$/;

let folder: string;
let server: Server;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tonearm-test-'));
  server = createServer(({ url: path = '' }, response) => {
    if (path.includes('/download')) response.end('x'.repeat(300_000));
    else response.end(JSON.stringify({ items: [BACKUP], nextAt: null, alert: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere.');
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** By way of a shell, with what stands before the call. */
function run(script: string, words: readonly string[], to: string | null): Promise<{ code: number; errors: string }> {
  const file = to === null ? 'pipe' : openSync(to, 'w');
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, MAIN, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TONEARM_URL: url, ADMIN_TOKEN: 'a-token-for-the-command-line' },
    stdio: ['ignore', file, 'pipe'],
  });
  if (typeof file === 'number') closeSync(file);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code: code ?? -1, errors });
    });
  });
}

describe('an output that takes no more', () => {
  it.each([[['backups']], [['help']], [['download', 'latest', '--out', '-']]])('ends %j', async (words) => {
    const { code, errors } = await run('exec "$@"', words, '/dev/full');
    expect(errors).toMatch(FULL);
    expect(code).toBe(1);
  });

  it('ends a command of which a part is written, be it the last', async () => {
    const path = join(folder, 'part');
    const { code, errors } = await run('ulimit -f 1; exec "$@"', ['help'], path);
    const written = readFileSync(path).length;
    expect(written).toBeGreaterThan(0);
    expect(errors).toMatch(FULL);
    expect(code).toBe(1);
  });

  it('is no fault when its reader has enough', async () => {
    const { code, errors } = await run('"$@" | head -c 10 >/dev/null', ['download', 'latest', '--out', '-'], null);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });
});
