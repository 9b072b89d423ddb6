import { asOwner, linkByProgram } from '../support/link-by-program.js';
import type { Stage } from '../support/sandbox.js';
import { type ServiceProcess, removeFolder, startProcess, temporaryFolder } from '../support/service.js';
import { type Figure, figure } from './figures.js';
import { sumOf, withThreeLinked } from './services.js';

const RUNS = 7;
const REQUESTS_PER_S = 200;
const SWITCHING_S = 10;

/** Calls that reach the upstream when a thousand ask for the same chart at once, which nobody has asked for before. */
async function callsForAThousand(stage: Stage): Promise<number> {
  const folder = temporaryFolder();
  const service = await startProcess(folder, stage.settings);
  await stage.reset();
  const path = '/top/albums?period=6month&limit=20';
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => fetch(service.url + path)));
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  const served = answers.filter((answer) => answer.status === 200 && answer.headers.has('cache-status')).length;
  if (served !== answers.length) throw new Error(`Only ${served} of ${answers.length} requests were answered.`);
  const calls = await stage.calls();
  await service.stop();
  removeFolder(folder);
  return sumOf(calls);
}

/** Requests that fail, or are answered by neither provider, at 200 a second while the provider is switched twice a second. */
function failuresWhileSwitching(stage: Stage): Promise<{ failed: number; sent: number }> {
  return withThreeLinked(stage, async (services) => {
    const answers: Promise<boolean>[] = [];
    const ask = async ({ url }: ServiceProcess): Promise<boolean> => {
      const answer = await fetch(`${url}/currently-playing`).catch(() => null);
      if (answer?.status !== 200) return false;
      const { source } = (await answer.json()) as { source: string };
      return ['spotify', 'last.fm'].includes(source);
    };
    const begin = performance.now();
    let switches = 0;
    while (answers.length < SWITCHING_S * REQUESTS_PER_S) {
      const elapsed = performance.now() - begin;
      while (answers.length < (elapsed / 1000) * REQUESTS_PER_S) {
        const service = services[answers.length % services.length];
        if (service) answers.push(ask(service));
      }
      const [first] = services;
      if (elapsed / 500 > switches + 1) {
        switches += 1;
        const active = switches % 2 === 1 ? 'lastfm' : 'spotify';
        const { status } = await asOwner(first, 'PUT', '/admin/provider', { active, fallback: 'none' });
        if (status !== 200) throw new Error(`Switching to ${active} was answered with ${status}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const good = await Promise.all(answers);
    return { failed: good.filter((one) => !one).length, sent: good.length };
  });
}

/** Token requests when 50 on three services want a token at once and the one that is kept is over. */
function tokenRequestsForFifty(stage: Stage): Promise<number> {
  return withThreeLinked(stage, async (services) => {
    await stage.control('PUT', '/control/spotify/switches', { expiresIn: 1 });
    const [first] = services;
    await linkByProgram(first, stage);
    await stage.control('PUT', '/control/spotify/switches', { expiresIn: 3600 });
    await stage.control('DELETE', '/control/spotify/ledger');
    const wanted = Array.from({ length: 50 }, (_, index) => services[index % services.length]).filter(
      (service) => service !== undefined,
    );
    const answers = await Promise.all(
      wanted.map((service) => asOwner(service, 'POST', '/admin/tokens', { scopes: [] })),
    );
    const served = answers.filter(({ status }) => status === 200).length;
    if (served !== wanted.length) throw new Error(`Only ${served} of ${wanted.length} got a token.`);
    const { calls } = (await stage.control('GET', '/control/spotify/ledger')) as { calls: unknown[] };
    return calls.length;
  });
}

/** What comes of many who want the same at once. */
export async function contention(stage: Stage): Promise<Figure[]> {
  const thousand = await callsForAThousand(stage);
  const fifty: number[] = [];
  for (let run = 0; run < RUNS; run += 1) fifty.push(await tokenRequestsForFifty(stage));
  const { failed, sent } = await failuresWhileSwitching(stage);
  const switching = `failed of ${sent} requests at ${REQUESTS_PER_S}/s, switching twice a second`;
  return [
    figure('upstream calls for 1,000 simultaneous first requests of a chart', 'calls', '1', '1', [thousand]),
    figure('token requests for 50 callers on 3 processes, token over', 'calls', '1', '1', fifty),
    figure(switching, 'requests', '0', '0', [failed]),
  ];
}
