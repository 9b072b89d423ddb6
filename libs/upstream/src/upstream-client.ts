import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import {
  BrokenCircuitError,
  ExponentialBackoff,
  type RetryPolicy,
  TaskCancelledError,
  TimeoutStrategy,
  handleWhen,
  retry,
  timeout,
} from 'cockatiel';
import { Circuit, type CircuitLimits, type Streak, isWorthAnotherTry } from './circuit.js';
import { parseRetryAfter } from './retry-after.js';
import { type UpstreamAnswer, type Verdict, parseJson } from './upstream-answer.js';
import { type UpstreamBlock, type UpstreamBlocks, nextBlock } from './upstream-blocks.js';
import { UpstreamError } from './upstream-error.js';

export interface UpstreamClientOptions {
  /** Names the upstream in messages. */
  displayName: string;
  /** What a block counts for: the upstream and the key it knows us by. */
  blockKey: string;
  /** Requests go to this address and the path given with them. */
  baseUrl: string;
  /** Product, version and an address where its people are found: `Tonearm/1.2.3 (+https://…)`. */
  userAgent: string;
  blocks: UpstreamBlocks;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A number from 0 to 1. */
  random: () => number;
  /** Is told of each request that goes out, whatever comes of it. */
  onRequest?: () => void;
  limits?: Partial<UpstreamLimits>;
}

/** How long and how much an upstream may take. */
export interface UpstreamLimits extends CircuitLimits {
  /** One attempt, from connecting to the last byte. */
  attemptMs: number;
  /** A read with all its attempts. */
  readMs: number;
  /** How often a read is tried again at most; 0 for an upstream that counts every call. */
  furtherAttempts: number;
  /** Before the first further attempt; doubles and jitters after that. */
  retryDelayMs: number;
  /** Body, unpacked. */
  maxBytes: number;
  /** A refusal is kept to for so long at least, whatever it says; the wait of those that say nothing begins no lower. */
  leastBlockMs: number;
}

/** Who fails cannot say for how long; only who refuses calls is left alone for days. */
const LONGEST_FAULT_MS = 60 * 60_000;

const DEFAULT_LIMITS: UpstreamLimits = {
  attemptMs: 5_000,
  readMs: 12_000,
  furtherAttempts: 2,
  retryDelayMs: 150,
  maxBytes: 5_000_000,
  failuresToOpen: 6,
  openMs: 5_000,
  leastBlockMs: 0,
};

/** An idempotent request. */
export interface UpstreamRead {
  /** Below the base URL; empty for the base URL itself. */
  path?: string;
  /** Undefined values are left out. */
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** What of the upstream is asked, a handful of names. One part can fail while the others are well; absent: all is one. */
  part?: string | undefined;
  /** Gives the read up: it rejects with `aborted`. */
  signal?: AbortSignal | undefined;
}

/** A form that is sent once, to the base URL: another try could spend what the first one has already spent. */
export interface UpstreamForm {
  /** Sent in the body, URL-encoded. Undefined values are left out. */
  form: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
}

/** A change that is sent once: another try could do again what the first one has already done. */
export interface UpstreamChange {
  method: 'PUT' | 'POST' | 'DELETE';
  /** Below the base URL; empty for the base URL itself. */
  path?: string;
  query?: UpstreamRead['query'];
  part?: UpstreamRead['part'];
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing is sent without. */
  body?: object;
}

/** What goes out. */
interface Outgoing {
  method: 'GET' | UpstreamChange['method'];
  path?: string;
  query?: UpstreamRead['query'];
  headers?: Readonly<Record<string, string>>;
  part?: UpstreamRead['part'];
  body?: string;
  /** The caller's, to tell who gave up. */
  signal?: AbortSignal | undefined;
}

/** All calls to one upstream go through one of these, so that a refusal of one is known to all. */
export class UpstreamClient {
  private readonly limits: UpstreamLimits;
  private readonly http: AxiosInstance;
  private readonly agents: [HttpAgent, HttpsAgent];
  private readonly retries: RetryPolicy;
  private readonly circuits = new Map<string, Circuit>();
  private readonly streak: Streak = { failures: 0 };

  constructor(private readonly options: UpstreamClientOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.agents = [
      new HttpAgent({ keepAlive: true, maxSockets: 10 }),
      new HttpsAgent({ keepAlive: true, maxSockets: 10 }),
    ];
    this.http = axios.create({
      baseURL: options.baseUrl,
      // A path that an upstream made up must not take a key or a token to another host.
      allowAbsoluteUrls: false,
      headers: { 'User-Agent': options.userAgent, Accept: 'application/json' },
      httpAgent: this.agents[0],
      httpsAgent: this.agents[1],
      // Bodies are read as text and parsed with a guard: several upstream errors are not what their headers say.
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      // Neither must a redirect.
      maxRedirects: 0,
      maxContentLength: this.limits.maxBytes,
    });
    this.retries = retry(handleWhen(isWorthAnotherTry), {
      maxAttempts: this.limits.furtherAttempts,
      backoff: new ExponentialBackoff({ initialDelay: this.limits.retryDelayMs, maxDelay: 2_000 }),
    });
  }

  /**
   * Reads, with at most `furtherAttempts` for faults that are likely gone by then; never again after a refusal.
   *
   * @param judge says what an answer means; the only place where the upstream's own errors are known
   * @returns an answer that was judged good
   * @throws UpstreamError, or the error of a `refused` verdict
   */
  async read(request: UpstreamRead, judge: (answer: UpstreamAnswer) => Verdict): Promise<UpstreamAnswer> {
    const whole = timeout(this.limits.readMs, TimeoutStrategy.Aggressive);
    const circuit = this.circuitOf(request);
    try {
      return await whole.execute(({ signal }) => {
        const outgoing: Outgoing = { ...request, method: 'GET' };
        const attempt = () => circuit.pass(() => this.attempt(outgoing, judge, signal), signal);
        return this.retries.execute(() => {
          // The policy has waited to the end of its delay, whatever has happened meanwhile.
          if (signal.aborted) throw this.gaveUp(request);
          return this.unlessBlocked(outgoing, attempt);
        }, signal);
      }, request.signal);
    } catch (error) {
      throw this.explain(error, request, circuit);
    }
  }

  /**
   * Sends a form by POST, once, within the time of one attempt. It keeps to blocks and causes them; the circuit neither
   * stops it nor counts it, for whoever sends what cannot be repeated keeps its own distance after a failure.
   *
   * @param judge says what an answer means
   * @returns an answer that was judged good
   * @throws UpstreamError, or the error of a `refused` verdict. After `timeout`, `unreachable`, `faulty` and `too_large`
   *   nobody knows whether the upstream has acted; after `rate_limited` and `blocked` it has not
   */
  async submit(request: UpstreamForm, judge: (answer: UpstreamAnswer) => Verdict): Promise<UpstreamAnswer> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(request.form)) if (value !== undefined) body.set(name, value);
    const outgoing: Outgoing = {
      method: 'POST',
      headers: { ...request.headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    };
    return this.sendOnce(outgoing, judge);
  }

  /**
   * Asks for a change, once, within the time of one attempt, with the manners of `submit`.
   *
   * @param judge says what an answer means
   * @returns an answer that was judged good
   * @throws like `submit`
   */
  async change(
    { body, ...request }: UpstreamChange,
    judge: (answer: UpstreamAnswer) => Verdict,
  ): Promise<UpstreamAnswer> {
    if (body === undefined) return this.sendOnce(request, judge);
    const headers = { ...request.headers, 'Content-Type': 'application/json' };
    return this.sendOnce({ ...request, headers, body: JSON.stringify(body) }, judge);
  }

  private sendOnce(outgoing: Outgoing, judge: (answer: UpstreamAnswer) => Verdict): Promise<UpstreamAnswer> {
    return this.unlessBlocked(outgoing, () => this.attempt(outgoing, judge, new AbortController().signal));
  }

  /** Closes the kept connections. */
  close(): void {
    for (const agent of this.agents) agent.destroy();
  }

  /** What has failed several times in a row is asked again with the next call; what the upstream itself has asked for stays. */
  closeCircuits(): void {
    this.circuits.clear();
    this.streak.failures = 0;
  }

  private circuitOf({ part = '' }: Pick<Outgoing, 'part'>): Circuit {
    const known = this.circuits.get(part);
    if (known) return known;
    const circuit = new Circuit(this.limits, this.streak, this.options.now);
    this.circuits.set(part, circuit);
    return circuit;
  }

  /** Where blocks of what is asked may stand: of the whole upstream, and of this part. */
  private blockKeysOf({ part }: Pick<Outgoing, 'part'>): [whole: string, part: string] {
    const { blockKey } = this.options;
    return [blockKey, part === undefined ? blockKey : `${blockKey} ${part}`];
  }

  /** Sends nothing during a block, and forgets one that is over when the upstream answers again. */
  private async unlessBlocked(request: Outgoing, attempt: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    const { blocks, displayName, now } = this.options;
    const keys = this.blockKeysOf(request);
    const block = await blocks.read(...keys);
    if (block && block.until > now()) {
      const whole = await blocks.read(keys[0]);
      const isOfPart = !(whole && whole.until > now());
      const asked = isOfPart ? 'asked for a pause' : 'asked to be left alone';
      throw leftAlone('blocked', `${displayName} ${asked} (${block.reason}).`, block, isOfPart);
    }
    const answer = await attempt();
    // Another call may have been refused while this one was under way: that block stays.
    const latest = block && (await blocks.read(...keys));
    if (latest && latest.until <= now()) await blocks.clear(...keys);
    return answer;
  }

  private async attempt(
    request: Outgoing,
    judge: (answer: UpstreamAnswer) => Verdict,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const { displayName, now } = this.options;
    const answer = await this.send(request, signal);
    const verdict = judge(answer);
    const said = parseRetryAfter(answer.headers['retry-after'], now());
    const [whole, part] = this.blockKeysOf(request);
    switch (verdict.kind) {
      case 'good':
        return answer;
      case 'refused':
        throw verdict.error;
      case 'transient': {
        const fault = `${displayName} answered with a fault (${verdict.reason}).`;
        if (said === null || said <= now()) throw new UpstreamError('faulty', fault);
        // Whatever is wrong: what says when to come again is left alone until then. The rest may be well.
        const until = Math.min(said, now() + LONGEST_FAULT_MS);
        throw leftAlone('faulty', fault, await this.leaveAlone(part, until, verdict.reason), part !== whole);
      }
      case 'rate_limited': {
        const block = await this.leaveAlone(whole, said, verdict.reason);
        throw leftAlone('rate_limited', `${displayName} refuses more calls (${verdict.reason}).`, block);
      }
    }
  }

  /** @param said until when, in milliseconds since 1970; null when the upstream has not said */
  private async leaveAlone(key: string, said: number | null, reason: string): Promise<UpstreamBlock> {
    const { blocks, now, random } = this.options;
    const known = await blocks.read(key);
    const block = nextBlock(said, known, reason, now(), random(), this.limits.leastBlockMs);
    await blocks.extend(key, block);
    return block;
  }

  private async send(request: Outgoing, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { displayName } = this.options;
    // Not axios' own timeout: that one starts anew with every byte, and an upstream that drips would never end.
    const limit = AbortSignal.timeout(this.limits.attemptMs);
    this.options.onRequest?.();
    try {
      const { status, headers, data } = await this.http.request<unknown>({
        method: request.method,
        url: request.path ?? '',
        params: request.query ?? {},
        headers: { ...request.headers },
        data: request.body,
        signal: AbortSignal.any([signal, limit]),
      });
      const text = typeof data === 'string' ? data : '';
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
      return { status, headers: Object.fromEntries(named), text, json: parseJson(text) };
    } catch (error) {
      if (limit.aborted || signal.aborted) throw this.gaveUp(request);
      if (error instanceof AxiosError && /maxContentLength/.test(error.message)) {
        throw new UpstreamError('too_large', `${displayName} sent more than ${this.limits.maxBytes} bytes.`);
      }
      const code = error instanceof AxiosError && error.code ? ` (${error.code})` : '';
      throw new UpstreamError('unreachable', `${displayName} cannot be reached${code}.`, {
        cause: withoutRequest(error),
      });
    }
  }

  /** What the policies throw, in our words. */
  private explain(error: unknown, request: UpstreamRead, circuit: Circuit): unknown {
    if (error instanceof BrokenCircuitError) return this.leftAloneSoFar(circuit);
    const failure = error instanceof TaskCancelledError ? this.gaveUp(request) : error;
    return isWorthAnotherTry(failure) && circuit.isOpen ? failure.asLast() : failure;
  }

  private leftAloneSoFar({ lastFailure, retryAt }: Circuit): UpstreamError {
    const { displayName, now } = this.options;
    return new UpstreamError(
      'circuit_open',
      `${displayName} failed several times in a row and is left alone for a while. The last time: ${lastFailure}`,
      { retryAt: Math.max(retryAt, now()) },
    );
  }

  /** Who gave a call up: the caller, or time. */
  private gaveUp({ signal }: Pick<Outgoing, 'signal'>): UpstreamError {
    const { displayName } = this.options;
    return signal?.aborted
      ? new UpstreamError('aborted', `The read from ${displayName} was given up.`)
      : new UpstreamError('timeout', `${displayName} gave no whole answer in time.`);
  }
}

function leftAlone(
  kind: 'blocked' | 'rate_limited' | 'faulty',
  message: string,
  { since, until }: UpstreamBlock,
  isOfPart = false,
): UpstreamError {
  const then = new Date(Math.ceil(until / 1000) * 1000).toISOString().replace('.000', '');
  const what = isOfPart ? 'What was asked for' : 'It';
  const said = `${message} ${what} is left alone until ${then}.`;
  return new UpstreamError(kind, said, { retryAt: until, since, isOfPart });
}

/** An axios error carries the whole request, with its keys; only its words go on. */
function withoutRequest(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = error instanceof AxiosError && error.code ? `${error.code}: ` : '';
  return new Error(code + error.message);
}
