import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { fraction } from '../../apps/sandbox/src/listening/random.js';
import { eventually } from '../support/eventually.js';
import { type Entry, type KeptPlaylist, READ_SCOPES, WRITE_SCOPES, entriesOf, useLibrary } from '../support/library.js';
import { asOwner } from '../support/link-by-program.js';
import type { LoneService } from '../support/service.js';

/** What a red run has printed makes the same draws again. */
const SEED = Number(process.env['BACKUP_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const PATIENCE_MS = 240_000;
const PAGE = 50;
const BOTH_SCOPES = [...READ_SCOPES, ...WRITE_SCOPES];

const library = useLibrary();

/** A call of the Web API, by one of the services. */
interface Call {
  /** The number of the service. */
  by: number;
  /** By whose token. */
  authorization: string;
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** `before`: it never reaches the API. `done`: the API has done it, and has not answered. `after`: the answer is out. */
const PHASES = ['before', 'done', 'after'] as const;
type Phase = (typeof PHASES)[number];

/** What is done at a call. */
interface Ambush {
  isMeant: (call: Call) => boolean;
  /** So many of them pass before. */
  after: number;
  phase: Phase;
  act: (call: Call) => void | Promise<void>;
}

/** Stands before the Web API, writes down what passes, and does something at a certain call. */
class Gate {
  /** All that has reached the API. */
  readonly passed: Call[] = [];
  /** So many that `CALLS.any` means were under way at a time. */
  most = 0;
  private underWay = 0;
  private ambush: Ambush | null = null;

  private constructor(
    private readonly target: string,
    private readonly server: Server,
  ) {}

  static async open(target: string): Promise<Gate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate = new Gate(target, server);
    server.on('request', (request, response) => {
      gate
        .pass(request, response)
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
    return gate;
  }

  /** The address of the API for a service. */
  addressFor(service: number): string {
    const address = this.server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The gate is shut.');
    return `http://127.0.0.1:${address.port}/${service}`;
  }

  set(ambush: Ambush): void {
    this.ambush = ambush;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await request.toArray()).toString();
    const { pathname, search, searchParams } = new URL(request.url ?? '', this.target);
    const [, by = '', ...parts] = pathname.split('/');
    const path = parts.join('/');
    const { authorization = '', 'user-agent': agent = '', 'content-type': type = 'application/json' } = request.headers;
    const call = {
      by: Number(by),
      authorization,
      method: request.method ?? '',
      path,
      query: searchParams,
      body: text === '' ? null : (JSON.parse(text) as unknown),
    };
    const struck = this.isStruckBy(call) ? this.ambush : null;
    if (struck) this.ambush = null;
    if (struck?.phase === 'before') {
      await struck.act(call);
      response.destroy();
      return;
    }
    this.passed.push(call);
    const counts = CALLS.any(call) ? 1 : 0;
    this.underWay += counts;
    this.most = Math.max(this.most, this.underWay);
    response.once('close', () => (this.underWay -= counts));
    const answer = await fetch(`${this.target}/${path}${search}`, {
      method: call.method,
      headers: { authorization, 'user-agent': agent, 'content-type': type },
      ...(text === '' ? {} : { body: text }),
    });
    const said = await answer.text();
    if (struck?.phase === 'done') await struck.act(call);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(said, () => {
      if (struck?.phase === 'after') void struck.act(call);
    });
  }

  private isStruckBy(call: Call): boolean {
    if (!this.ambush?.isMeant(call)) return false;
    this.ambush.after -= 1;
    return this.ambush.after < 0;
  }
}

const CALLS = {
  /** Not what plays, and not whose account it is. */
  any: ({ path }: Call): boolean => path !== 'me' && !path.startsWith('me/player'),
  write: ({ method }: Call): boolean => method !== 'GET',
  create: ({ method, path }: Call): boolean => method === 'POST' && path === 'me/playlists',
} as const;

/** When a service is killed. */
type Moment =
  | { at: keyof typeof CALLS; after: number; phase: Phase }
  /** As soon as the folder is begun in which a backup is written, or is put among the others. */
  | { at: 'begun' | 'published' };

/** Something that services work on one after another. */
interface Job {
  table: 'backups' | 'restores';
  begin: () => Promise<{ id: string }>;
  moments: readonly [Moment, ...Moment[]];
}

/** What was on the safe side when a service died: parts that are done with, and pages of others. */
interface Saved {
  /** So many calls had passed. */
  passed: number;
  names: ReadonlySet<string>;
  /** What the dead one had asked for and nobody has. */
  lost: string[];
}

const SAVED = {
  backups: `SELECT list || '#' || number AS name FROM backup_pages WHERE backup_id = $1
    UNION ALL SELECT list FROM backup_lists WHERE backup_id = $1`,
  restores: 'SELECT part AS name FROM restore_parts WHERE restore_id = $1 AND settled',
} as const;

/** Two services at a time, of which one stands by. Whoever works is killed, and the other goes on. */
class Relay {
  kills = 0;
  private readonly services = new Map<number, LoneService>();
  private started = 0;
  private standby: Promise<void> = Promise.resolve();

  constructor(private readonly gate: Gate) {}

  async start(): Promise<void> {
    this.started += 1;
    const number = this.started;
    this.services.set(number, await library.startAlone({ SPOTIFY_API_URL: this.gate.addressFor(number) }));
  }

  /** Begins to start one that takes over when the others are gone. */
  standBy(): void {
    this.standby = this.start();
    // It is told where it is waited for.
    this.standby.catch(() => undefined);
  }

  /** Nobody is about to start any more. */
  async settled(): Promise<void> {
    await this.standby;
  }

  /**
   * Kills whoever works on it at each of these moments, and lets the other go on.
   *
   * @returns its id, and what was saved at each death
   */
  async through({ table, begin, moments: [first, ...others] }: Job): Promise<{ id: string; saved: Saved[] }> {
    const saved: Saved[] = [];
    const begun = this.gate.passed.length;
    let death = this.deathAt(first);
    const { id } = await begin();
    for (const next of [...others, null]) {
      const dead = await soon(death, `death ${saved.length + 1}`);
      const rows = await library.query(SAVED[table], [id]);
      const names = new Set(rows.map(({ name }) => String(name)));
      const { passed } = this.gate;
      const asked = passed.slice(begun).filter(({ by }) => by === dead);
      saved.push({ passed: passed.length, names, lost: asked.flatMap((call) => lostIn(call, names)) });
      await this.standby;
      this.standBy();
      if (next) death = this.deathAt(next);
      await this.handOver(table, id);
    }
    return { id, saved };
  }

  /** @returns the number of the dead */
  private deathAt(moment: Moment): Promise<number> {
    return new Promise((resolve, reject) => {
      const kill = async (number: number): Promise<void> => {
        const service = this.services.get(number);
        if (!service) {
          reject(new Error(`Seed ${SEED}: service ${number} is dead already.`));
          return;
        }
        this.services.delete(number);
        this.kills += 1;
        await library.kill(service);
        resolve(number);
      };
      if ('phase' in moment) {
        const { at, after, phase } = moment;
        this.gate.set({ isMeant: CALLS[at], after, phase, act: ({ by }) => kill(by) });
        return;
      }
      const watcher = watch(library.backups, { persistent: false }, (_, name) => {
        if (name?.endsWith('.partial') !== (moment.at === 'begun')) return;
        watcher.close();
        // Whoever goes on asks whose account it is, if nothing else.
        void kill(this.gate.passed.findLast(({ path }) => path === 'me')?.by ?? 0);
      });
    });
  }

  /** Lets it be known at once that who worked works no more. */
  private async handOver(table: Job['table'], id: string): Promise<void> {
    const [dead] = await library.query(`SELECT fence FROM ${table} WHERE id = $1`, [id]);
    await eventually(async () => {
      const rows = await library.query(
        `UPDATE ${table} SET lease_until = now() - interval '1 second'
        WHERE id = $1 AND state = 'running' AND fence = $2 RETURNING id`,
        [id, dead?.['fence']],
      );
      expect(rows).toEqual([]);
    });
  }
}

/** Fails when it does not come about in good time. */
async function soon<T>(event: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Seed ${SEED}: ${what} has not come.`));
    }, 30_000);
  });
  try {
    return await Promise.race([event, late]);
  } finally {
    clearTimeout(timer);
  }
}

const RANGES: Readonly<Record<string, string>> = {
  short_term: '1month',
  medium_term: '6month',
  long_term: '12month',
};

/** The list that a call reads, as a backup names it; null when it reads none. */
function listOf({ method, path, query }: Call): string | null {
  if (method !== 'GET') return null;
  const [, playlist] = /^playlists\/(\w+)\/items$/.exec(path) ?? [];
  if (playlist !== undefined) return `playlist:${playlist}`;
  const [, of] = /^me\/top\/(\w+)$/.exec(path) ?? [];
  if (of !== undefined) return `top_${of}_${RANGES[query.get('time_range') ?? '']}`;
  if (path === 'me/following') return 'artists';
  const [, list = null] = /^me\/(tracks|albums|shows|episodes|audiobooks|playlists)$/.exec(path) ?? [];
  return list;
}

/** The names under which a page may be on the safe side. */
function namesOf(call: Call): string[] {
  const list = listOf(call);
  return list === null ? [] : [list, `${list}#${Number(call.query.get('offset') ?? 0) / PAGE}`];
}

/** What was asked for again although it was on the safe side. */
function askedInVain(gate: Gate, saved: readonly Saved[]): string[] {
  return saved.flatMap(({ passed, names }) =>
    gate.passed.slice(passed).flatMap((call) => namesOf(call).filter((name) => names.has(name))),
  );
}

/** A page that is not on the safe side. */
function lostIn(call: Call, names: ReadonlySet<string>): string[] {
  const [list, page] = namesOf(call);
  if (list === undefined || page === undefined || names.has(list) || names.has(page)) return [];
  return [page];
}

/** Draws a moment by the seed: when `from` calls, or less than `more` above that, have passed; before, in or behind the next. */
function drawn(at: 'any' | 'write', name: string, more: number, from = 0): Moment {
  const phase = PHASES[Math.floor(fraction(SEED, name, 'phase') * PHASES.length)] ?? 'done';
  return { at, after: from + Math.floor(fraction(SEED, name, 'after') * more), phase };
}

const urisOf = (entries: readonly Entry[]): (string | null)[] => entries.map(({ uri }) => uri);
const titleOf = ({ playlist }: KeptPlaylist): string => playlist?.name ?? '';

interface Change {
  added: { count: number; items: object[] };
  removed: { count: number; items: object[] };
  moved: { count: number; items: object[] };
  renamed: { count: number; items: object[] };
}

interface Diff {
  lists: Record<string, Change>;
  playlists: Record<'added' | 'removed' | 'renamed', { count: number; items: object[] }> & {
    changed: { count: number; items: (Change & { id: string })[] };
  };
}

const group = (items: object[] = []): object => ({ count: items.length, items });
const UNCHANGED = { added: group(), removed: group(), moved: group(), renamed: group() };

async function diffOf(one: string, other: string): Promise<Diff> {
  const { body } = await asOwner(library.service, 'GET', `/admin/backups/${one}/diff/${other}?limit=1000`);
  return body as Diff;
}

/** As a diff tells of entries, with the places that they have in the list. */
function told(entries: readonly Entry[], places: readonly number[]): object[] {
  return places.flatMap((place) => {
    const entry = entries[place];
    return entry ? [{ uri: entry.uri, name: entry.name, artists: entry.artists, position: place + 1 }] : [];
  });
}

/** What is put back has come into its list just now. @param back what was taken out */
function asBefore(now: readonly Entry[], before: readonly Entry[], back: ReadonlySet<string | null>): Entry[] {
  return now.map((entry, place) => {
    const { addedAt = null, addedBy = null } = before[place] ?? {};
    return back.has(entry.uri) ? { ...entry, addedAt, addedBy } : entry;
  });
}

/** Every file of a backup by its hash. */
function hashes(name: string): Record<string, string> {
  const folder = join(library.backups, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return Object.fromEntries(
    files.map((file): [string, string] => {
      const path = join(file.parentPath, file.name);
      return [path, createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

/** The entries of a CSV file, read by the letter. */
async function readCsv(id: string, list: string): Promise<Entry[]> {
  const answer = await library.download(id, `format=csv&list=${encodeURIComponent(list)}`);
  expect([list, answer.status]).toEqual([list, 200]);
  const rows = parse<Record<string, string>>(await answer.text(), { columns: true });
  return rows.map((row, index) => {
    expect(row['position']).toBe(String(index + 1));
    const text = (column: string): string | null =>
      row[column] === '' ? null : (row[column]?.replace(/^'/, '') ?? null);
    const number = (column: string): number | null => (row[column] === '' ? null : Number(row[column]));
    return {
      kind: row['kind'] ?? '',
      uri: text('uri'),
      name: text('name') ?? '',
      artists: [...(text('artists') ?? '').matchAll(/((?:\\.|[^\\;])+)(?:; |$)/g)].map(([, artist = '']) =>
        artist.replace(/\\(.)/g, '$1'),
      ),
      album: text('album'),
      isrc: text('isrc'),
      upc: text('upc'),
      durationMs: number('duration_ms'),
      releaseDate: text('release_date'),
      url: text('url'),
      addedAt: text('added_at'),
      addedBy: text('added_by'),
      playcount: number('playcount'),
    };
  });
}

/** Whether it is a song of which there is no other copy. */
function isUnique(entries: readonly Entry[], place: number): boolean {
  const entry = entries[place];
  return entry?.kind === 'track' && entries.filter(({ uri }) => uri === entry.uri).length === 1;
}

/** Where three such songs stand beside each other. */
const movable = (entries: readonly Entry[]): number =>
  entries.findIndex((_, place) => [0, 1, 2].every((step) => isUnique(entries, place + step)));

const SIZES = { tracks: 600, albums: 60, playlists: 8, playlistItems: 130 };
const [SAVED_AGAIN, ALBUMS, ARTISTS, NEW] = [50, 3, 1, 3];
const OWN = 'Mine, and gone';

/** Lets the listener's own API go through a gate. */
async function withGate(work: (gate: Gate) => Promise<void>): Promise<void> {
  const gate = await Gate.open(library.stage.spotifySettings['SPOTIFY_API_URL'] ?? '');
  try {
    await work(gate);
  } finally {
    await gate.close();
  }
}

describe('a library', () => {
  it(
    `is what it was when all is over, though whoever works is killed twenty times (BACKUP_SEED=${SEED})`,
    () =>
      withGate(async (gate) => {
        const relay = new Relay(gate);
        try {
          await circle(gate, relay);
        } finally {
          await relay.settled();
        }
      }),
    PATIENCE_MS,
  );
});

describe('a backup', () => {
  it('has as many pages under way at a time as it is told to', () =>
    withGate(async (gate) => {
      await library.prepare({ tracks: 400, playlists: 3 });
      await library.start({ SPOTIFY_API_URL: gate.addressFor(1), BACKUP_CONCURRENCY: '3' });
      await library.link(READ_SCOPES);
      await library.stage.control('PUT', '/control/spotify', { scenario: 'slow', ms: 100 });
      expect(await library.made()).toMatchObject({ counts: { tracks: 400 }, findings: [] });
      expect(gate.most).toBe(3);
    }));

  it('has nothing of a list of playlists that is refused while another page of it is on its way', () =>
    withGate(async (gate) => {
      await library.prepare({ tracks: 0, albums: 0, playlists: 9 * PAGE + 1, playlistItems: 0 });
      await library.start({ SPOTIFY_API_URL: gate.addressFor(1), BACKUP_CONCURRENCY: '3' });
      await library.link(READ_SCOPES);
      const scenario = (name: string, more: object = {}): Promise<unknown> =>
        library.stage.control('PUT', '/control/spotify', { scenario: name, endpoint: 'me/playlists', ...more });
      await scenario('slow', { ms: 100 });
      const isPage = ({ path, query }: Call, number: number): boolean =>
        path === 'me/playlists' && Number(query.get('offset') ?? 0) === number * PAGE;
      const settled = new Promise<void>((resolve, reject) => {
        const refuse = async (): Promise<void> => {
          await scenario('bad-request');
          await eventually(async () => {
            const found = await library.query(`SELECT outcome FROM backup_lists WHERE list = 'playlists'`);
            expect(found).toEqual([{ outcome: 'omitted' }]);
          });
        };
        // As if it had been refused before; and a page that is answered already is on its way while later ones are refused.
        const begin = async (): Promise<void> => {
          await library.query(`UPDATE backups SET refusals = '{"playlists": 2}'`);
          const act = (): Promise<void> => refuse().then(resolve, reject);
          gate.set({ isMeant: (call) => isPage(call, 2), after: 0, phase: 'done', act });
        };
        gate.set({ isMeant: (call) => isPage(call, 0), after: 0, phase: 'done', act: begin });
      });
      const refused = await library.made();
      await soon(settled, 'the refusal');
      expect(refused).toMatchObject({ state: 'complete_with_omissions', findings: [], trouble: null });
      expect(refused.omissions.map(({ what }) => what)).toContain('Playlists');
      expect((await library.kept(refused.id)).playlists).toEqual([]);
    }));

  it('keeps what it has of a playlist that has moved, when it is killed before the first page of it as it is now', () =>
    withGate(async (gate) => {
      await library.prepare({ tracks: 0, albums: 0, playlists: 1, playlistItems: 4 * PAGE });
      const working = await library.startAlone({ SPOTIFY_API_URL: gate.addressFor(1) });
      await library.link(READ_SCOPES);
      const isPage = ({ path, query }: Call, offset: number): boolean =>
        path.endsWith('/items') && Number(query.get('offset') ?? 0) === offset;
      const killed = new Promise<void>((resolve, reject) => {
        const kill = (): Promise<void> => library.kill(working).then(resolve, reject);
        gate.set({
          isMeant: (call) => isPage(call, 3 * PAGE),
          after: 0,
          phase: 'done',
          act: async ({ path }) => {
            await library.changePlaylist(path.split('/')[1] ?? '', { remove: [0] });
            gate.set({ isMeant: (call) => isPage(call, 0), after: 0, phase: 'done', act: kill });
          },
        });
      });
      const { id } = await library.beginBackup();
      await soon(killed, 'the kill');
      await library.query("UPDATE backups SET lease_until = now() - interval '1 second' WHERE state = 'running'");
      await library.start({ SPOTIFY_API_URL: gate.addressFor(2) });
      expect(await library.endedBackup(id)).toMatchObject({ counts: { playlists: 1 }, findings: [], trouble: null });
      const offsets = gate.passed
        .filter(({ by, path }) => by === 2 && path.endsWith('/items'))
        .map(({ query }) => Number(query.get('offset') ?? 0));
      expect(offsets).toEqual([0, PAGE, 2 * PAGE, 3 * PAGE]);
      const [kept] = (await library.kept(id)).playlists;
      expect(kept?.entries).toHaveLength(4 * PAGE - 1);
    }));
});

describe('a backup in worse days', () => {
  it('ends with the reason when the disk is full, the others stay what they are, and with room it is whole', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const first = await library.made();
    const before = hashes(first.name);
    await library.stop();
    await library.stage.control('PUT', '/control/spotify/library', { ...SIZES, playlists: 0 });
    await withLittleRoom(() => library.startProcess());
    const failed = await library.made();
    expect(failed).toMatchObject({
      state: 'failed',
      trouble: {
        code: 'storage_failed',
        detail: expect.stringContaining('full'),
        remedy: expect.stringMatching(/room.*untouched/),
      },
    });
    expect((await asOwner(library.service, 'GET', '/admin/backups')).body).toMatchObject({
      alert: expect.stringContaining('failed'),
    });
    expect(readdirSync(library.backups)).toEqual([first.name]);
    expect(hashes(first.name)).toEqual(before);
    expect(await library.verified(first.id)).toMatchObject({ state: first.state, findings: [] });

    await library.stop();
    await library.start();
    expect(await library.made()).toMatchObject({
      state: 'complete',
      counts: { tracks: SIZES.tracks },
      findings: [],
      trouble: null,
    });
    expect(hashes(first.name)).toEqual(before);
  });

  it('has what is known of a playlist that goes while it is read, and all else', () =>
    withGate(async (gate) => {
      await library.prepare({ playlists: 1, playlistItems: 130 });
      await library.start({ SPOTIFY_API_URL: gate.addressFor(1) });
      await library.link(READ_SCOPES);
      gate.set({
        isMeant: ({ path }) => path.endsWith('/items'),
        after: 0,
        phase: 'done',
        act: async ({ path }) => {
          await library.change({ remove: [`spotify:playlist:${path.split('/')[1] ?? ''}`] });
          const endpoint = 'playlists/{id}/items';
          await library.stage.control('PUT', '/control/spotify', { scenario: 'not-found', endpoint });
        },
      });
      const backup = await library.made();
      const { playlists } = await library.kept(backup.id);
      expect(playlists).toMatchObject([{ playlist: { name: expect.stringMatching(/./) }, entries: null }]);
      const name = playlists[0]?.playlist?.name ?? '';
      expect(backup).toMatchObject({
        state: 'complete_with_omissions',
        omissions: [{ what: expect.stringContaining(name), reason: expect.stringMatching(/./) }],
        findings: [],
        trouble: null,
      });
      const next = await library.made();
      expect(next).toMatchObject({ state: 'complete', counts: { playlists: 0 }, omissions: [], findings: [] });
      expect((await diffOf(backup.id, next.id)).playlists).toMatchObject({ removed: { count: 1, items: [{ name }] } });
    }));

  it('ends with the reason when another account is linked in the middle, which is neither read nor written to', () =>
    withGate(async (gate) => {
      await library.prepare({ tracks: 500, playlists: 0 });
      await library.start({ SPOTIFY_API_URL: gate.addressFor(1) });
      await library.link(BOTH_SCOPES);
      const first = await library.made();
      const tracks = entriesOf(await library.kept(first.id), 'tracks');
      await library.change({ remove: tracks.flatMap(({ uri }) => uri ?? []), addTracks: 300 });
      const person = (who: string): Promise<unknown> =>
        library.stage.control('PUT', '/control/spotify/switches', { person: who });
      const relinkAt = (isMeant: Ambush['isMeant']): Promise<string> =>
        new Promise((resolve) => {
          gate.set({
            isMeant,
            after: 1,
            phase: 'done',
            act: async ({ authorization }) => {
              await person('guest');
              await library.link(BOTH_SCOPES);
              resolve(authorization);
            },
          });
        });
      const othersThan = (own: string): Call[] =>
        gate.passed.filter((call) => CALLS.any(call) && call.authorization !== own);
      const ended = {
        state: 'failed',
        trouble: { code: 'provider_not_linked', detail: 'Another Spotify account is linked by now.' },
      };

      const inBackup = relinkAt(({ path, query }) => path === 'me/tracks' && query.get('offset') !== '0');
      expect(await library.made()).toMatchObject(ended);
      expect(othersThan(await inBackup)).toEqual([]);
      expect(readdirSync(library.backups)).toEqual([first.name]);

      await person('listener');
      await library.link(BOTH_SCOPES);
      gate.passed.length = 0;
      const inRestore = relinkAt(CALLS.write);
      const { id } = await library.beginRestore(first.id, { lists: ['tracks'], removeOthers: true });
      expect(await library.endedRestore(id)).toMatchObject(ended);
      expect(othersThan(await inRestore)).toEqual([]);
      expect(gate.passed.filter(CALLS.write)).toHaveLength(2);
      await person('listener');
    }));

  it('ends with the reason when the account is unlinked in the middle, and goes well when it is linked again', () =>
    withGate(async (gate) => {
      await library.prepare({ tracks: 500, playlists: 0 });
      await library.start({ SPOTIFY_API_URL: gate.addressFor(1) });
      await library.link(READ_SCOPES);
      const first = await library.made();
      const before = hashes(first.name);
      await library.change({ addTracks: NEW });
      gate.set({
        isMeant: ({ path, query }) => path === 'me/tracks' && query.get('offset') !== '0',
        after: 0,
        phase: 'done',
        act: async () => {
          expect(await asOwner(library.service, 'DELETE', '/auth')).toMatchObject({ status: 200 });
        },
      });
      expect(await library.made()).toMatchObject({
        state: 'failed',
        trouble: { code: 'provider_not_linked', remedy: expect.stringContaining('/auth') },
      });
      expect(readdirSync(library.backups)).toEqual([first.name]);
      expect(hashes(first.name)).toEqual(before);
      await library.link(READ_SCOPES);
      const { tracks = 0 } = first.counts;
      expect(await library.made()).toMatchObject({ state: 'complete', counts: { tracks: tracks + NEW } });
    }));
});

/** Lets no file of a service become longer than 64 blocks: it ends like a disk that is full, within a file. */
async function withLittleRoom<T>(start: () => Promise<T>): Promise<T> {
  const { execPath } = process;
  const program = join(library.folder, 'node-with-little-room');
  writeFileSync(program, `#!/bin/sh\nulimit -f 64\nexec '${execPath}' "$@"\n`, { mode: 0o755 });
  process.execPath = program;
  try {
    return await start();
  } finally {
    process.execPath = execPath;
  }
}

async function circle(gate: Gate, relay: Relay): Promise<void> {
  await library.prepare(SIZES);
  mkdirSync(library.backups);
  await relay.start();
  await library.link(BOTH_SCOPES);
  relay.standBy();
  const songs = await library.change({ addTracks: 60 });
  const { id: own } = (await library.asListener('POST', 'me/playlists', { name: OWN })) as { id: string };
  await library.asListener('POST', `playlists/${own}/items`, { uris: songs });

  // A, and at once B.
  const begin = () => library.beginBackup();
  const first = await relay.through({
    table: 'backups',
    begin,
    moments: [
      drawn('any', 'A 1', 4),
      drawn('any', 'A 2', 4),
      drawn('any', 'A 3', 4),
      drawn('any', 'A 4', 4),
      drawn('any', 'A 5', 4),
      drawn('any', 'A 6', 4, 12),
      { at: 'begun' },
      { at: 'published' },
    ],
  });
  const a = await library.endedBackup(first.id);
  expect(gate.most).toBe(1);
  expect(a).toMatchObject({ state: 'complete_with_omissions', findings: [], trouble: null });
  expect(askedInVain(gate, first.saved)).toEqual([]);
  for (const { lost } of first.saved) expect(lost.length).toBeLessThanOrEqual(1);
  const before = await library.kept(a.id);
  const hashesBefore = hashes(a.name);
  const b = await library.made();
  expect(await library.kept(b.id)).toMatchObject({ lists: before.lists });
  const nothing = await diffOf(a.id, b.id);
  for (const [list, change] of Object.entries(nothing.lists)) expect([list, change]).toEqual([list, UNCHANGED]);
  for (const kind of ['added', 'removed', 'renamed', 'changed'] as const)
    expect(nothing.playlists[kind]).toEqual(group());

  // The listener changes it.
  const [tracks, albums, artists] = ['tracks', 'albums', 'artists'].map((list) => entriesOf(before, list));
  const [gone, longest] = before.playlists;
  const reordered = before.playlists.find(({ entries }, place) => place > 1 && movable(entries ?? []) >= 0);
  if (!tracks || !albums || !artists || !gone?.playlist || !longest?.playlist || !reordered?.playlist) {
    throw new Error('The sandbox has these.');
  }
  const added = await library.change({ addTracks: NEW });
  const out = [tracks.slice(0, SAVED_AGAIN), albums.slice(0, ALBUMS), artists.slice(0, ARTISTS)];
  await library.change({ remove: [...out.flat().map(({ uri }) => uri ?? ''), gone.playlist.uri] });
  const middle = longest.entries ?? [];
  // Apart from each other, so that none comes back in one call with another.
  const cut = [...middle.keys()].filter((place) => place > 40 && place % 9 === 0 && isUnique(middle, place));
  await library.changePlaylist(longest.playlist.id, { remove: cut });
  const order = reordered.entries ?? [];
  const from = movable(order);
  await library.asListener('PUT', `playlists/${reordered.playlist.id}/items`, {
    range_start: from,
    range_length: 3,
    insert_before: order.length,
  });

  // C, and what it has not.
  const third = await relay.through({
    table: 'backups',
    begin,
    moments: [drawn('any', 'C 1', 6), drawn('any', 'C 2', 6)],
  });
  const c = await library.endedBackup(third.id);
  expect(c).toMatchObject({ state: 'complete_with_omissions', findings: [], trouble: null });
  expect(askedInVain(gate, third.saved)).toEqual([]);
  for (const { lost } of third.saved) expect(lost.length).toBeLessThanOrEqual(1);
  const changes = await diffOf(a.id, c.id);
  const [goneTracks, goneAlbums, goneArtists] = out.map((entries) => ({
    ...UNCHANGED,
    removed: group(told(entries, [...entries.keys()])),
  }));
  const found = entriesOf(await library.kept(c.id), 'tracks').slice(0, NEW);
  expect(urisOf(found)).toEqual(added);
  const expected = {
    tracks: { ...goneTracks, added: group(told(found, [...found.keys()])) },
    albums: goneAlbums,
    artists: goneArtists,
  };
  for (const [list, change] of Object.entries(changes.lists)) {
    expect([list, change]).toEqual([list, Object.hasOwn(expected, list) ? expected[list as 'tracks'] : UNCHANGED]);
  }
  const { id, uri, name } = gone.playlist;
  expect(changes.playlists).toMatchObject({ added: group(), removed: group([{ id, uri, name }]), renamed: group() });
  const moves = told(order, [from, from + 1, from + 2]).map((entry, index) => ({
    ...entry,
    from: from + 1 + index,
    position: order.length - 2 + index,
  }));
  const changed = new Map(changes.playlists.changed.items.map((change) => [change.id, change]));
  expect([...changed.keys()].sort()).toEqual([longest.playlist.id, reordered.playlist.id].sort());
  expect(changed.get(longest.playlist.id)).toMatchObject({ ...UNCHANGED, removed: group(told(middle, cut)) });
  expect(changed.get(reordered.playlist.id)).toMatchObject({ ...UNCHANGED, moved: group(moves) });

  // A is put back.
  const writesBefore = gate.passed.length;
  const turn = (number: number): [Moment, Moment] => [
    drawn('any', `restore ${number}`, 4),
    drawn('write', `restore ${number}, writing`, 1),
  ];
  // It is made, and nobody hears of it. Of all parts this is the last.
  const last = { at: 'create', after: 0, phase: 'done' } as const;
  const moments: [Moment, ...Moment[]] = [...turn(1), ...turn(2), ...turn(3), ...turn(4), turn(5)[0], last];
  const wish = { removeOthers: true };
  const restore = await relay.through({ table: 'restores', begin: () => library.beginRestore(a.id, wish), moments });
  const ended = await library.endedRestore(restore.id);
  expect(ended).toMatchObject({ trouble: null });
  expect(askedInVain(gate, restore.saved)).toEqual([]);
  expect(ended.lists).toMatchObject([
    { list: 'albums', add: ALBUMS, remove: 0 },
    { list: 'artists', add: ARTISTS, remove: 0 },
    { list: 'audiobooks', add: 0, remove: 0 },
    { list: 'episodes', add: 0, remove: 0 },
    { list: 'shows', add: 0, remove: 0 },
    { list: 'tracks', add: SAVED_AGAIN, remove: NEW },
  ]);
  const restored = new Map(ended.playlists.map((playlist) => [playlist.id, playlist]));
  expect(restored.get(gone.playlist.id)).toMatchObject({ action: 'create', add: songs.length, remove: 0 });
  expect(restored.get(longest.playlist.id)).toMatchObject({ action: 'fill', add: cut.length, remove: 0 });
  const writes = writesOf(gate.passed.slice(writesBefore));
  expect(writes.saved.toSorted()).toEqual(urisOf(out.flat()).toSorted());
  expect(writes.unsaved.toSorted()).toEqual(added.toSorted());
  expect(writes.made).toBe(1);
  writes.inserted.delete(reordered.playlist.id);
  expect([...writes.inserted].filter(([into]) => into !== longest.playlist?.id)).toEqual([[expect.any(String), songs]]);
  expect(writes.inserted.get(longest.playlist.id)).toHaveLength(cut.length);

  // D is A.
  const d = await library.made();
  const after = await library.kept(d.id);
  const back = new Set(urisOf(out.flat()));
  for (const { list, entries } of before.lists) {
    expect([list, asBefore(entriesOf(after, list), entries, back)]).toEqual([list, entries]);
  }
  expect(after.playlists.map(titleOf)).toEqual(before.playlists.map(titleOf));
  const backIn = new Map([
    [gone, urisOf(gone.entries ?? [])],
    [longest, urisOf(cut.flatMap((place) => middle[place] ?? []))],
    [reordered, urisOf(order.slice(from, from + 3))],
  ]);
  for (const [place, kept] of before.playlists.entries()) {
    const { playlist, entries } = after.playlists[place] ?? {};
    if (kept !== gone) expect(playlist?.id).toBe(kept.playlist?.id);
    expect(playlist?.description).toBe(kept.playlist?.description);
    const now = entries && asBefore(entries, kept.entries ?? [], new Set(backIn.get(kept)));
    expect([titleOf(kept), now]).toEqual([titleOf(kept), kept.entries]);
  }
  expect((await diffOf(a.id, d.id)).playlists.changed).toEqual(group());
  for (const { list, entries } of after.lists) expect(await readCsv(d.id, list)).toEqual(entries);
  for (const { playlist, entries } of after.playlists) {
    if (playlist && entries) expect(await readCsv(d.id, `playlist:${playlist.id}`)).toEqual(entries);
  }

  // Nothing else was touched, and nothing is left.
  expect(hashes(a.name)).toEqual(hashesBefore);
  for (const one of [a, b, c, d]) expect(await library.verified(one.id)).toMatchObject({ findings: [] });
  expect(readdirSync(library.backups).sort()).toEqual([a, b, c, d].map((one) => one.name).sort());
  expect(relay.kills).toBe(20);
}

/** What was done to the account: URIs that were saved and unsaved, and those that were put into playlists by their id. */
function writesOf(calls: readonly Call[]): {
  saved: string[];
  unsaved: string[];
  made: number;
  inserted: Map<string, unknown[]>;
} {
  const of = (method: string, path: RegExp): Call[] =>
    calls.filter((call) => call.method === method && path.test(call.path));
  const uris = (some: readonly Call[]): string[] => some.flatMap(({ query }) => query.get('uris')?.split(',') ?? []);
  const inserted = new Map<string, unknown[]>();
  for (const { path, body } of of('POST', /^playlists\/\w+\/items$/)) {
    const [, id = ''] = path.split('/');
    const more = (body as { uris: unknown[] }).uris;
    inserted.set(id, [...(inserted.get(id) ?? []), ...more]);
  }
  return {
    saved: uris(of('PUT', /^me\/library$/)),
    unsaved: uris(of('DELETE', /^me\/library$/)),
    made: of('POST', /^me\/playlists$/).length,
    inserted,
  };
}
