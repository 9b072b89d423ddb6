import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/service.js';
import { NGINX, find } from '../support/programs.js';

const SHIPPED = 'docker/nginx';

/** nginx with the shipped configuration, in front of processes of this machine. */
export interface Nginx {
  url: string;
  /** One line per request that is over. */
  accessLog: () => string;
  errorLog: () => string;
  stop: () => Promise<void>;
}

/**
 * Starts nginx as the container does, with a copy of what is shipped in which only ports, paths and the list of processes
 * are others.
 *
 * @param folder an empty one, which nginx's own user can reach
 * @param upstreams addresses such as `http://127.0.0.1:7723`
 */
export async function startNginx(folder: string, upstreams: readonly string[]): Promise<Nginx> {
  const program = find(NGINX);
  if (program === undefined) throw new Error('There is no nginx here.');
  const port = await freePort();
  cpSync(SHIPPED, folder, { recursive: true });
  const change = (file: string, changes: readonly (readonly [RegExp, string])[]): void => {
    const path = join(folder, file);
    let text = readFileSync(path, 'utf8');
    for (const [from, to] of changes) {
      if (!from.test(text)) throw new Error(`${file} has nothing like ${String(from)} any more.`);
      text = text.replace(from, () => to);
    }
    writeFileSync(path, text);
  };
  change('nginx.conf', [
    [/ \/tmp\//g, ` ${folder}/`],
    [/\/dev\/stderr/, join(folder, 'error.log')],
    // The engine's name server is not here.
    [/tonearm-upstream\.compose\.conf/, 'tonearm-upstream.conf'],
    // No more of them than needed to show that they share what they know.
    [/worker_processes auto/, 'worker_processes 2'],
  ]);
  change('tonearm.conf', [
    [/^ {2}listen 80;$/m, `  listen 127.0.0.1:${port};`],
    [/\/var\/log\/nginx\//, `${folder}/`],
  ]);
  const servers = upstreams.map((address) => `  server ${new URL(address).host} fail_timeout=5s;\n`);
  change('tonearm-upstream.conf', [[/(?: {2}server \S+ fail_timeout=5s;\n)+/, servers.join('')]]);

  const child = spawn(program, ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'inherit',
    // In NGINX it expects sockets, and complains of anything else.
    env: { PATH: process.env['PATH'] },
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject).on('close', () => {
      resolve();
    });
  });
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  const nginx = {
    url: `http://127.0.0.1:${port}`,
    accessLog: () => read('access.log'),
    errorLog: () => read('error.log'),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
  const tooEarly = ended.then(() => {
    throw new Error(`nginx ended before it listened:\n${nginx.errorLog()}`);
  });
  await Promise.race([eventually(() => reach(port)), tooEarly]);
  return nginx;
}

function reach(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject).on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
