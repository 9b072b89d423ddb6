import { asOwner, OWNER, linkByProgram } from '../support/link-by-program.js';
import type { Stage } from '../support/sandbox.js';
import type { ServiceProcess } from '../support/service.js';
import type { BareReading } from './bare-reader.js';
import { type Figure, figure } from './figures.js';
import { forgetPeak, peakMegabytes, residentMegabytes, withServices } from './services.js';
import { printed } from './throughput.js';

/** What a call takes where the time is measured: then it is the upstream that sets the pace. */
const LATENCY_MS = 100;
const PAGE = 50;
const TRACKS = 10_000;
/** How many playlists there are beside the tracks, and how many calls are allowed at once: as it is, and more. */
const CASES: readonly Case[] = [
  { playlists: 25, concurrency: 1 },
  { playlists: 200, concurrency: 1 },
  { playlists: 25, concurrency: 3 },
];
const FEW_TRACKS = 1_000;
const MANY_TRACKS = 50_000;
const MANY_PLAYLISTS = 1_000;
const RUNS = 3;
const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 20 * 60_000;

const SCOPES = [
  'user-library-read',
  'user-follow-read',
  'user-top-read',
  'playlist-read-private',
  'playlist-read-collaborative',
];
/** So little beside the tracks that it makes no difference. */
const FEW_OTHERS = { albums: 20, shows: 3, episodes: 5, audiobooks: 3, artists: 5, playlists: 3, playlistItems: 30 };
const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running', 'paused']);

interface Case {
  playlists: number;
  concurrency: number;
}

/** What the sandbox's listener keeps; what is left out is as it always is there. */
interface Sizes {
  tracks: number;
  playlists: number;
  playlistItems?: number;
}

interface Backup {
  id: string;
  state: string;
  createdAt: string;
  finishedAt: string | null;
  counts: Record<string, number>;
  findings: object[];
  trouble: { detail: string } | null;
}

interface Made {
  seconds: number;
  /** Calls to the Web API, but for those that ask what plays. */
  calls: number;
  callsForTracks: number;
  /** Answers that told to come later. */
  refused: number;
  /** Megabytes that the service held at most, over those it held before. */
  grown: number;
}

/** A service that has backed nothing up yet, and an account that keeps so much. */
function withLibrary<T>(
  stage: Stage,
  { sizes, latencyMs, concurrency = 1 }: { sizes: Sizes; latencyMs: number; concurrency?: number },
  work: (service: ServiceProcess) => Promise<T>,
): Promise<T> {
  const env = {
    ...stage.spotifySettings,
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    SPOTIFY_DAILY_CALLS: '1000000',
    BACKUP_CONCURRENCY: String(concurrency),
  };
  return withServices(1, env, async ([service]) => {
    await stage.reset();
    await stage.control('PUT', '/control/spotify/library', sizes);
    await linkByProgram(service, stage, `&scope=${encodeURIComponent(SCOPES.join(' '))}`);
    if (latencyMs > 0) await stage.control('PUT', '/control/spotify', { scenario: 'slow', ms: latencyMs });
    return work(service);
  });
}

/** Makes a backup. @throws Error unless it has all that it can have */
async function made(service: ServiceProcess, stage: Stage, sizes: Sizes): Promise<Made> {
  await stage.control('DELETE', '/control/ledger');
  forgetPeak(service.pid);
  const before = residentMegabytes(service.pid);
  const begun = await asOwner(service, 'POST', '/admin/backups', { provider: 'spotify' });
  if (begun.status !== 202) throw new Error(`No backup has begun: ${JSON.stringify(begun.body)}`);
  const backup = await ended(service, (begun.body as Backup).id);
  const grown = peakMegabytes(service.pid) - before;
  const { state, counts, findings, trouble, createdAt, finishedAt } = backup;
  // Some playlists of the sandbox are other people's, which it does not give away.
  const isWhole = state === 'complete_with_omissions' && findings.length === 0;
  if (!isWhole || counts['tracks'] !== sizes.tracks || counts['playlists'] !== sizes.playlists)
    throw new Error(`The backup is ${JSON.stringify({ state, counts, findings, trouble })}.\n${service.output()}`);
  const { calls: last } = (await stage.control('GET', '/control/ledger')) as { calls: { status: number }[] };
  const calls = Object.entries(await stage.calls()).filter(([name]) => !name.includes('player'));
  const told: Made = {
    seconds: (Date.parse(finishedAt ?? '') - Date.parse(createdAt)) / 1000,
    calls: calls.reduce((sum, [, count]) => sum + count, 0),
    callsForTracks: calls.find(([name]) => name === 'spotify me/tracks')?.[1] ?? 0,
    refused: last.filter(({ status }) => status === 429).length,
    grown,
  };
  process.stderr.write(
    `\n  ${sizes.tracks} tracks, ${sizes.playlists} playlists: ${told.seconds.toFixed(1)} s, ${told.calls} calls, ${grown.toFixed(0)} MB more `,
  );
  return told;
}

async function ended(service: ServiceProcess, id: string): Promise<Backup> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const backup = (await asOwner(service, 'GET', `/admin/backups/${id}`)).body as Backup;
    if (!UNDER_WAY.has(backup.state)) return backup;
    if (performance.now() > end) throw new Error(`The backup does not end.\n${service.output()}`);
    // Seldom enough that asking does not take the time of what it asks.
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Seconds that as many calls take when nothing is made of the answers. */
async function bareSeconds(stage: Stage, calls: number, concurrency: number): Promise<number> {
  const { access_token: accessToken } = (await stage.control('POST', '/control/spotify/tokens', {})) as {
    access_token: string;
  };
  const url = `${stage.spotifySettings['SPOTIFY_API_URL'] ?? ''}/me/tracks`;
  const task: BareReading = { url, accessToken, calls, pages: TRACKS / PAGE, pageSize: PAGE, atOnce: concurrency };
  return Number(await printed('bare-reader.js', task));
}

/** A first backup and one of the same library again. */
async function firstAndNext(stage: Stage, { playlists, concurrency }: Case): Promise<Figure[]> {
  const sizes = { tracks: TRACKS, playlists };
  const runs: { first: Made; bare: number; next: Made }[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const pair = withLibrary(stage, { sizes, latencyMs: LATENCY_MS, concurrency }, async (service) => {
      const first = await made(service, stage, sizes);
      return {
        first,
        bare: await bareSeconds(stage, first.calls, concurrency),
        next: await made(service, stage, sizes),
      };
    });
    runs.push(await pair);
  }
  const library = `${TRACKS.toLocaleString('en')} tracks and ${playlists} playlists, ${concurrency} at a time`;
  const most = 10 + playlists / 50;
  const first = (of: (made: Made) => number): number[] => runs.map((run) => of(run.first));
  const next = (of: (made: Made) => number): number[] => runs.map((run) => of(run.next));
  const overPace = ({ seconds, calls }: Made): number => seconds / ((calls * LATENCY_MS) / 1000 / concurrency);
  return [
    figure(
      `backup of ${library}: calls for the tracks`,
      'calls',
      '210',
      '',
      first(({ callsForTracks }) => callsForTracks),
    ),
    figure(
      'the same: calls in all',
      'calls',
      '',
      '',
      first(({ calls }) => calls),
    ),
    figure(
      'the same: answers 429',
      'answers',
      '0',
      '',
      first(({ refused }) => refused),
    ),
    figure(`the same: time over calls × ${LATENCY_MS} ms / ${concurrency}`, 'ratio', '1.3', '', first(overPace)),
    figure(
      `the same: time over that of as many bare calls`,
      'ratio',
      '',
      '',
      runs.map(({ first: { seconds }, bare }) => seconds / bare),
    ),
    figure(
      'the same again, nothing changed: calls',
      'calls',
      String(most),
      '',
      next(({ calls }) => calls),
    ),
    figure(
      'the same again: time',
      's',
      '',
      '',
      next(({ seconds }) => seconds),
    ),
  ];
}

function madeAtFullPace(stage: Stage, sizes: Sizes): Promise<Made> {
  return withLibrary(stage, { sizes, latencyMs: 0 }, (service) => made(service, stage, sizes));
}

/** How much more memory a large library takes than a small one. */
async function memory(stage: Stage): Promise<Figure[]> {
  const few: Made[] = [];
  const many: Made[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    few.push(await madeAtFullPace(stage, { ...FEW_OTHERS, tracks: FEW_TRACKS }));
    many.push(await madeAtFullPace(stage, { ...FEW_OTHERS, tracks: MANY_TRACKS }));
  }
  const [small, large] = [FEW_TRACKS, MANY_TRACKS].map((tracks) => tracks.toLocaleString('en'));
  const grown = (runs: readonly Made[]): number[] => runs.map((run) => run.grown);
  const seconds = (runs: readonly Made[]): number[] => runs.map((run) => run.seconds);
  const more = grown(many).map((value, run) => value - (few[run]?.grown ?? Number.NaN));
  return [
    figure(`memory at most over that before, backup of ${small} tracks`, 'MB', '', '', grown(few)),
    figure(`the same, ${large} tracks`, 'MB', '', '', grown(many)),
    figure('the one minus the other', 'MB', '50', '', more),
    figure(`time of a backup of ${small} tracks, upstream without delay`, 's', '', '', seconds(few)),
    figure(`the same, ${large} tracks`, 's', '', '', seconds(many)),
  ];
}

async function large(stage: Stage): Promise<Figure[]> {
  const { seconds, calls, grown } = await madeAtFullPace(stage, { tracks: MANY_TRACKS, playlists: MANY_PLAYLISTS });
  const library = `${MANY_TRACKS.toLocaleString('en')} tracks and ${MANY_PLAYLISTS.toLocaleString('en')} playlists`;
  return [
    figure(`backup of ${library}, upstream without delay: time`, 's', '', '', [seconds]),
    figure('the same: calls', 'calls', '', '', [calls]),
    figure('the same: memory at most over that before', 'MB', '', '', [grown]),
  ];
}

/** What backups cost: the upstream, the time, and this machine. */
export async function backup(stage: Stage): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const each of CASES) figures.push(...(await firstAndNext(stage, each)));
  return [...figures, ...(await memory(stage)), ...(await large(stage))];
}
