import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Crew, Death } from './crew.js';
import type { Point } from './messages.js';
import type { Deed, Plan } from './plan.js';
import type { Replica } from './replica.js';
import type { StoredGrant } from './stored-grant.js';
import { until } from './until.js';
import type { Ledger } from './upstream.js';

/** What came of a round, for the judge. */
export interface RoundRecord {
  plan: Plan;
  before: StoredGrant;
  deaths: Death[];
  /** Of those that asked while it happened. */
  answers: Answer[];
  /** When all had been cleared up, and everybody ran again. */
  after: StoredGrant;
  ledger: Ledger;
  /** Of everybody, asked once more at the end. */
  last: Answer[];
  /** Whether the upstream takes what they were given; null when they were given nothing, or not the same. */
  lastWorks: boolean | null;
  /** Whether the stored refresh token lives. */
  isAlive: boolean;
  /** The grant once everybody has asked. */
  end: StoredGrant;
}

type Done = Pick<RoundRecord, 'deaths' | 'answers'>;

/** Plays a round, to the point where everybody runs and nothing is under way. */
export async function playRound(crew: Crew, plan: Plan): Promise<RoundRecord> {
  const { upstream, store } = crew;
  await crew.ready();
  await upstream.begin(plan.pace);
  const before = await store.read();
  const { deaths, answers } = await act(crew, plan, plan.deed);
  await until('nothing waits on the disk', () => crew.spooled === 0);
  await upstream.settled();
  const after = await store.read();
  const ledger = await upstream.ledger();
  const last = await Promise.all(crew.replicas.map((replica) => crew.ask(replica, 'token')));
  const tokens = new Set(last.map(({ token }) => token));
  const [token = null] = tokens;
  return {
    plan,
    before,
    deaths,
    answers,
    after,
    ledger,
    last,
    lastWorks: tokens.size === 1 && token !== null ? await upstream.takes(token) : null,
    isAlive: after.refreshToken !== null && (await upstream.isAlive(after.refreshToken)),
    end: await store.read(),
  };
}

function act(crew: Crew, plan: Plan, deed: Deed): Promise<Done> {
  switch (deed.kind) {
    case 'nothing':
      return justAsk(crew, plan);
    case 'point':
      return killAtPoint(crew, plan, deed);
    case 'moment':
      return killAtMoment(crew, plan, deed);
    case 'stall':
      return stall(crew, plan, deed);
    case 'late':
      return comeLate(crew, plan, deed);
  }
}

async function justAsk(crew: Crew, { way }: Plan): Promise<Done> {
  await crew.endAccess(way);
  return { deaths: [], answers: await askAll(crew, way) };
}

async function killAtPoint(crew: Crew, { way }: Plan, deed: Deed & { kind: 'point' }): Promise<Done> {
  await Promise.all(crew.replicas.map((replica) => dieAt(replica, deed.at)));
  const { victim, asking } = await firstOf(crew, way);
  const deaths: Death[] = [];
  const gone: Replica[] = [];
  let sentBefore = 0;
  for (let next: Replica | null = victim; next !== null;) {
    const one: Replica = next;
    const again: Point | null = gone.length === 0 ? deed.again : null;
    const others = crew.living.filter((replica) => replica !== one);
    await Promise.all(others.map((replica) => dieAt(replica, again)));
    if (one.standsAt === 'after-send') await sent(crew, sentBefore);
    deaths.push(await crew.kill(one));
    sentBefore = (await crew.upstream.ledger()).exchanges.length;
    gone.push(one);
    await crew.store.endLease(one.owner);
    next = again === null ? null : await crew.firstAtPoint(asking, gone);
  }
  await Promise.all(crew.living.map((replica) => replica.stopAt(null)));
  await Promise.all([asking, ...gone.map((replica) => crew.replace(replica))]);
  return { deaths, answers: await asking };
}

/** After sending it waits for its death: what it has sent is to have its effect first. */
function dieAt(replica: Replica, at: Point | null): Promise<void> {
  return at === null || at === 'after-send' ? replica.stopAt(at) : replica.dieAt(at);
}

/** The request has left and has had its effect, though whoever sent it does not look at the answer. */
async function sent(crew: Crew, sentBefore: number): Promise<void> {
  await until('the request has arrived', async () => {
    const { exchanges } = await crew.upstream.ledger();
    return exchanges.length > sentBefore;
  });
  await crew.upstream.settled();
}

async function killAtMoment(crew: Crew, { way }: Plan, deed: Deed & { kind: 'moment' }): Promise<Done> {
  const claims = new Map(crew.replicas.map((replica) => [replica, replica.claims]));
  await crew.endAccess(way);
  const asking = askAll(crew, way);
  const claimer = (): Replica | undefined => crew.replicas.find((replica) => replica.claims !== claims.get(replica));
  if (deed.who === 'claimer') await until('somebody claims', () => claimer() !== undefined);
  const victim = deed.who === 'claimer' ? claimer() : crew.replicas[deed.who];
  if (!victim) throw new Error('There is nobody to kill.');
  await delay(deed.afterMs);
  const deaths = [await crew.kill(victim)];
  // What it has sent may still take effect.
  await crew.upstream.settled();
  await crew.store.endLease(victim.owner);
  await Promise.all([asking, crew.replace(victim)]);
  return { deaths, answers: await asking };
}

async function stall(crew: Crew, { way }: Plan, { at, further }: Deed & { kind: 'stall' }): Promise<Done> {
  const { victim, asking, asked } = await firstAt(crew, way, at);
  const others = crew.replicas.filter((replica) => replica !== victim);
  await Promise.all(others.map((replica) => replica.stopAt(null)));
  await crew.store.endLease(victim.owner);
  for (const replica of others) await asked.get(replica);
  if (further) {
    await crew.store.endAccess();
    await Promise.all(others.map((replica) => crew.ask(replica, 'token')));
  }
  victim.go();
  return { deaths: [], answers: await asking };
}

async function comeLate(crew: Crew, { way }: Plan, { isKilled }: Deed & { kind: 'late' }): Promise<Done> {
  const { victim, asking } = await firstAt(crew, way, 'before-commit');
  const others = crew.replicas.filter((replica) => replica !== victim);
  await Promise.all(others.map((replica) => replica.stopAt('claim-before-send')));
  await crew.store.endLease(victim.owner);
  const standing = (): Replica | undefined => others.find(({ standsAt }) => standsAt !== null);
  await until('another has claimed', () => standing() !== undefined);
  await Promise.all(others.map((replica) => replica.stopAt(null)));
  victim.go();
  await until('the late tokens wait on the disk', () => crew.spooled > 0);
  const deaths = isKilled ? [await crew.kill(victim)] : [];
  standing()?.go();
  await Promise.all([asking, ...(isKilled ? [crew.replace(victim)] : [])]);
  return { deaths, answers: await asking };
}

interface FirstAt {
  victim: Replica;
  asked: ReadonlyMap<Replica, Promise<Answer>>;
  /** All of them. */
  asking: Promise<Answer[]>;
}

/** Everybody asks at once, and whoever comes to the point first stands there. */
async function firstAt(crew: Crew, way: Plan['way'], at: Point): Promise<FirstAt> {
  await Promise.all(crew.replicas.map((replica) => replica.stopAt(at)));
  return firstOf(crew, way);
}

/** Everybody asks at once, and somebody comes to the point that all have been given. */
async function firstOf(crew: Crew, way: Plan['way']): Promise<FirstAt> {
  await crew.endAccess(way);
  const asked = new Map(crew.replicas.map((replica) => [replica, crew.ask(replica, way)]));
  const asking = Promise.all(asked.values());
  const victim = await crew.firstAtPoint(asking);
  if (!victim) throw new Error(`Nobody came to the point: ${(await asking).map(({ code }) => code).join(', ')}.`);
  return { victim, asked, asking };
}

function askAll(crew: Crew, way: Plan['way']): Promise<Answer[]> {
  return Promise.all(crew.replicas.map((replica) => crew.ask(replica, way)));
}
