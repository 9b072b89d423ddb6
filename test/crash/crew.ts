import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SPOOL_FOLDER } from '../../libs/accounts/src/landing-spool.js';
import { pick } from '../../apps/sandbox/src/testing/pick.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { noteKeyFile } from '../support/secret-scan.js';
import { removeFolder, temporaryFolder } from '../support/service.js';
import { Replica } from './replica.js';
import { GrantStore, type StoredGrant } from './stored-grant.js';
import { until } from './until.js';
import { type Rotation, Upstream } from './upstream.js';

const NAMES = ['one', 'two', 'three'];
const ADMIN_TOKEN = 'the-owner-of-the-crash-test-4f1d';
const ANSWER_PATIENCE_MS = 30_000;

/** Reads for which the upstream has to be asked; each once, since the answers are kept for minutes. */
const QUESTIONS = [
  '/profile',
  '/loved-tracks',
  '/recent-tracks',
  '/top/tracks?period=1month',
  '/top/tracks?period=6month',
  '/top/artists?period=1month',
  '/top/artists?period=6month',
];

/** How a round asks for a token: for itself, or by a read whose token the upstream refuses. */
export type Way = 'token' | 'read';

/** What came of asking. */
export interface Answer {
  from: string;
  /** `ok`, a problem's code, or `gone` when the process ended before it answered. */
  code: string;
  /** Null for reads, and when there is none. */
  token: string | null;
}

/** A kill, and what the database said of the grant after it. */
export interface Death {
  owner: string | null;
  grant: StoredGrant;
}

/** Three processes of the service on one database and one folder, an upstream, and, from the first mode on, one link. */
export class Crew {
  readonly upstream: Upstream;
  readonly replicas: Replica[] = [];
  private rotation: Rotation | null = null;

  private constructor(
    private readonly stage: Stage,
    private readonly entry: string,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly store: GrantStore,
  ) {
    this.upstream = new Upstream(stage);
  }

  /** @param entry the built service @param databaseUrl a migrated database with nothing in it */
  static async open(entry: string, databaseUrl: string): Promise<Crew> {
    const stage = await openStage();
    const folder = temporaryFolder();
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir);
    const store = await GrantStore.open(databaseUrl, dataDir);
    const env = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      ADMIN_TOKEN,
      LOG_LEVEL: 'warn',
      ...stage.spotifySettings,
    };
    const crew = new Crew(stage, entry, folder, env, store);
    try {
      await crew.upstream.agreeToAll();
      await Promise.all(NAMES.map(async (name) => crew.replicas.push(await crew.start(name))));
      return crew;
    } catch (error) {
      await crew.close();
      throw error;
    }
  }

  /** Links the account by the owner's routes, as for the first time. */
  async link(): Promise<void> {
    const { url } = this.living[0] ?? fail('No process is left to link with.');
    const begun = await this.owner(`${url}/auth?force=1`);
    const consent = await fetch(String(pick(begun, 'auth_url')), { redirect: 'manual' });
    const body = JSON.stringify({ url: consent.headers.get('location') });
    const finished = await this.owner(`${url}/callback`, body);
    if (pick(finished, 'status') !== 'authentication_successful') fail(`Not linked: ${JSON.stringify(finished)}`);
  }

  /** Changes the mode, and has the account linked anew then: tokens of another mode may live on by its rules. */
  async turnTo(rotation: Rotation): Promise<void> {
    if (this.rotation === rotation) return;
    this.rotation = rotation;
    await this.upstream.turnTo(rotation);
    await this.link();
  }

  /** Makes sure that everybody runs, and has claimed once: whose lease is whose is known then. */
  async ready(): Promise<void> {
    for (const replica of this.replicas) {
      await until(`${replica.name} has claimed`, async () => {
        if (replica.owner !== null) return true;
        await this.endAccess('token');
        const { code } = await this.ask(replica, 'token');
        if (code !== 'ok') await this.link();
        return false;
      });
    }
    await this.upstream.settled();
  }

  /** Ends the access tokens: as everybody can see, or as the upstream alone knows. */
  async endAccess(way: Way): Promise<void> {
    await this.upstream.endAccess();
    if (way === 'token') await this.store.endAccess();
  }

  /** Whether everybody has a read left that its memory does not answer. */
  get hasQuestions(): boolean {
    return this.replicas.every(({ questions }) => questions < QUESTIONS.length);
  }

  async ask(replica: Replica, way: Way): Promise<Answer> {
    const { url, name: from } = replica;
    const signal = AbortSignal.timeout(ANSWER_PATIENCE_MS);
    try {
      if (way === 'read') {
        const question = QUESTIONS[replica.questions] ?? fail('No question is left.');
        replica.questions += 1;
        const answer = await fetch(url + question, { signal });
        return { from, code: codeOf(answer, await answer.json()), token: null };
      }
      const answer = await fetch(`${url}/admin/tokens`, { ...post('{"scopes":[]}'), signal });
      const said: unknown = await answer.json();
      const token = pick(said, 'accessToken');
      return { from, code: codeOf(answer, said), token: typeof token === 'string' ? token : null };
    } catch (error) {
      if (signal.aborted) return { from, code: 'no answer', token: null };
      // Only one that is being killed may break a connection off.
      await until(`${from} is gone (${String(error)})`, () => !replica.isAlive);
      return { from, code: 'gone', token: null };
    }
  }

  /** Kills one, and looks at what is left. */
  async kill(replica: Replica): Promise<Death> {
    await replica.kill();
    return { owner: replica.owner, grant: await this.store.read() };
  }

  /** Starts one in the place of another that is gone. */
  async replace(gone: Replica): Promise<void> {
    const started = await this.start(gone.name);
    const at = this.replicas.indexOf(gone);
    // A round that failed may have begun the same.
    if (at === -1) await started.kill();
    else this.replicas.splice(at, 1, started);
  }

  /** Brings everybody to where a round can begin, whatever a failed one has left. */
  async restore(): Promise<void> {
    for (const replica of [...this.replicas]) {
      if (replica.isAlive) await replica.stopAt(null);
      else await this.replace(replica);
      if (replica.isAlive && replica.standsAt !== null) replica.go();
    }
    await this.link();
  }

  get living(): Replica[] {
    return this.replicas.filter(({ isAlive }) => isAlive);
  }

  /** How many landings wait on the disk. */
  get spooled(): number {
    const spool = join(this.folder, 'data', SPOOL_FOLDER);
    return existsSync(spool) ? readdirSync(spool).filter((file) => file.endsWith('.sealed')).length : 0;
  }

  /**
   * Resolves to the first that stands at its point or has died there, or to null when all of `asking` is answered before.
   * @param gone who had died before
   */
  async firstAtPoint(asking: Promise<unknown>, gone: readonly Replica[] = []): Promise<Replica | null> {
    let isAnswered = false;
    const done = (): void => {
      isAnswered = true;
    };
    asking.then(done, done);
    const first = (): Replica | undefined =>
      this.replicas.find((replica) => !gone.includes(replica) && (!replica.isAlive || replica.standsAt !== null));
    await until('somebody comes to the point', () => first() !== undefined || isAnswered);
    return first() ?? null;
  }

  async close(): Promise<void> {
    const stops = await Promise.allSettled(this.living.map((replica) => replica.stop()));
    noteKeyFile(join(this.folder, 'data'));
    await this.store.close();
    await this.stage.close();
    removeFolder(this.folder);
    for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
  }

  private start(name: string): Promise<Replica> {
    return Replica.start(name, this.entry, this.folder, this.env);
  }

  private async owner(url: string, body?: string): Promise<unknown> {
    const answer = await fetch(url, body === undefined ? { headers: OWNER } : post(body));
    return answer.json();
  }
}

const OWNER = { authorization: `Bearer ${ADMIN_TOKEN}`, accept: 'application/json' };

function post(body: string): RequestInit {
  return { method: 'POST', body, headers: { ...OWNER, 'content-type': 'application/json' } };
}

function codeOf(answer: Response, said: unknown): string {
  const code = pick(said, 'code');
  return answer.ok ? 'ok' : typeof code === 'string' ? code : `HTTP ${answer.status}`;
}

function fail(why: string): never {
  throw new Error(why);
}
