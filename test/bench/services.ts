import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { openScratchDatabase } from '../../libs/database/src/testing/index.js';
import { OWNER, linkByProgram } from '../support/link-by-program.js';
import type { Stage } from '../support/sandbox.js';
import { type ServiceProcess, removeFolder, startProcess, temporaryFolder } from '../support/service.js';

/** Services on one database of their own, for as long as the work takes. */
export async function withServices<T>(
  count: number,
  env: Readonly<Record<string, string>>,
  work: (services: readonly [ServiceProcess, ...ServiceProcess[]]) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder();
  const database = await openScratchDatabase();
  const services: ServiceProcess[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      services.push(await startProcess(folder, { ...env, DATABASE_URL: database.connectionString }));
    }
    const [first, ...others] = services;
    if (!first) throw new Error('There is nobody to measure.');
    return await work([first, ...others]);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
    await database.close();
    removeFolder(folder);
  }
}

/** Three services on one database, with a linked account. */
export async function withThreeLinked<T>(
  stage: Stage,
  work: (services: readonly [ServiceProcess, ...ServiceProcess[]]) => Promise<T>,
): Promise<T> {
  const env = { ...stage.settings, ...stage.spotifySettings, ADMIN_TOKEN: OWNER, LISTENING_PROVIDER: 'spotify' };
  return withServices(3, env, async (services) => {
    await linkByProgram(services[0], stage);
    return work(services);
  });
}

/** Keeps a process with all its threads on one core, where the system can do that. */
export function pin(pid: number, core: number): void {
  if (process.platform === 'linux') execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

/** Processor time that a process has taken so far, with all its threads, in seconds. Linux only. */
export function processorSeconds(pid: number): number {
  // The name of the program, which stands before, may have blanks in it. Twelfth and thirteenth: hundredths, its own and
  // the system's for it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Memory that a process holds, in megabytes. Linux only. */
export function residentMegabytes(pid: number): number {
  return megabytes(pid, /^VmRSS:\s+(\d+) kB$/m);
}

/** The most that it has held since the last `forgetPeak`, in megabytes, as the system counts. Linux only. */
export function peakMegabytes(pid: number): number {
  return megabytes(pid, /^VmHWM:\s+(\d+) kB$/m);
}

/** Lets the peak begin anew with what the process holds now. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function megabytes(pid: number, field: RegExp): number {
  return Number(field.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
