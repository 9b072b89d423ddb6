import { parseAnswer } from './answer.js';
import { Fault, Unreachable, codeOf } from './fault.js';
import { text } from './guards.js';

/** Answers that are ready, and those for which the service has to read a whole backup: Node waits no longer for a head. */
const SOON_MS = 30_000;
const LONG_MS = 5 * 60_000;

const NO_SUCH_ANSWER_REMEDY = 'Look whether the address is that of Tonearm, and of this version.';

/** How a request goes out. */
interface Asking {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: object;
  accept?: string;
  /** Until the answer begins. */
  patienceMs?: number;
  signal?: AbortSignal;
}

/** The service, by its owner's routes. */
export class Service {
  constructor(
    readonly url: string,
    private readonly token: string,
    /** Ends whatever is asked. */
    private readonly interrupted: AbortSignal,
  ) {}

  get isInterrupted(): boolean {
    return this.interrupted.aborted;
  }

  /** @throws Fault */
  get(path: string): Promise<unknown> {
    return this.json(path, {});
  }

  /** For what takes the service its time. @throws Fault */
  getSlowly(path: string): Promise<unknown> {
    return this.json(path, { patienceMs: LONG_MS });
  }

  /** @throws Fault */
  post(path: string, body?: object): Promise<unknown> {
    return this.json(path, { method: 'POST', patienceMs: LONG_MS, ...(body ? { body } : {}) });
  }

  /** @throws Fault */
  async remove(path: string): Promise<void> {
    const answer = await this.ask(path, { method: 'DELETE', patienceMs: LONG_MS });
    await answer.body?.cancel();
  }

  /** For what is told how it has ended. @throws Fault */
  end(path: string): Promise<unknown> {
    return this.json(path, { method: 'DELETE' });
  }

  /** An answer to read by and by. @throws Fault */
  open(path: string, accept: string, signal?: AbortSignal): Promise<Response> {
    return this.ask(path, { accept, ...(signal ? { signal } : {}) });
  }

  /** The same, of which the service looks through the files before it begins. @throws Fault */
  openSlowly(path: string, accept: string): Promise<Response> {
    return this.ask(path, { accept, patienceMs: LONG_MS });
  }

  /** What becomes of an answer that breaks off. */
  brokenOff(error: unknown): Fault {
    return new Unreachable(
      `The answer of ${this.url} broke off (${codeOf(error) ?? 'unknown reason'}).`,
      'See whether the service runs, and try again.',
    );
  }

  private async json(path: string, asking: Asking): Promise<unknown> {
    const answer = await this.ask(path, asking);
    const body = await this.textOf(answer);
    const parsed = parseAnswer(body, this.url);
    if (parsed === undefined) throw this.strange(path);
    return parsed;
  }

  /** Something answers that is not what was expected. */
  strange(path: string): Fault {
    return new Fault(`${this.url}${path} answers what this program does not understand.`, NO_SUCH_ANSWER_REMEDY);
  }

  private async ask(path: string, asking: Asking): Promise<Response> {
    const { method = 'GET', body, accept = 'application/json', patienceMs = SOON_MS, signal } = asking;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, patienceMs);
    try {
      const answer = await fetch(this.url + path, {
        method,
        headers: {
          accept,
          authorization: `Bearer ${this.token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        // The token is for this address alone, and a changed method would do something else.
        redirect: 'manual',
        signal: AbortSignal.any([this.interrupted, late.signal, ...(signal ? [signal] : [])]),
      });
      if (answer.ok) return answer;
      throw await this.refusal(answer, path);
    } catch (error) {
      if (error instanceof Fault || this.interrupted.aborted || signal?.aborted === true) throw error;
      throw late.signal.aborted
        ? new Unreachable(
            `${this.url} does not answer within ${patienceMs / 1_000} seconds.`,
            'See whether the service and its database are well (/health tells), and try again.',
          )
        : this.unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async textOf(answer: Response): Promise<string> {
    try {
      return await answer.text();
    } catch (error) {
      if (this.interrupted.aborted) throw error;
      throw this.brokenOff(error);
    }
  }

  private unreachable(error: unknown): Fault {
    // Ports that no browser asks have no code.
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'unknown reason';
    const code = codeOf(error) ?? reason;
    const where = 'or say where it runs with --url or TONEARM_URL';
    if (code === 'ECONNREFUSED') {
      return new Unreachable(`Nothing listens at ${this.url}.`, `Start the service with npm start, ${where}.`);
    }
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      return new Unreachable(`The host of ${this.url} is not known (${code}).`, 'Look at --url or TONEARM_URL.');
    }
    return new Unreachable(`${this.url} cannot be reached (${code}).`, `See whether the service runs there, ${where}.`);
  }

  private async refusal(answer: Response, path: string): Promise<Fault> {
    const { status, headers } = answer;
    if (status >= 300 && status < 400) {
      await answer.body?.cancel();
      return new Fault(
        `${this.url} sends elsewhere (status ${status}).`,
        `Give the address itself with --url or TONEARM_URL${originOf(headers.get('location'))}.`,
      );
    }
    const problem = parseAnswer(await this.textOf(answer), this.url);
    const [code, detail, remedy] = [text(problem, 'code'), text(problem, 'detail'), text(problem, 'remedy')];
    if (code === 'unauthorized') {
      return new Fault(
        `The service at ${this.url} does not know this token.`,
        "Set ADMIN_TOKEN or ADMIN_TOKEN_FILE, in the environment or in .env, to the service's own.",
      );
    }
    if (detail !== null && remedy !== null) {
      const isAway = status === 502 || code === 'database_unavailable';
      return isAway ? new Unreachable(detail, remedy) : new Fault(detail, remedy);
    }
    // A proxy in front of a service that is away.
    if (status >= 502 && status <= 504) {
      return new Unreachable(`${this.url} answers with status ${status}.`, 'See whether the service behind it runs.');
    }
    return new Fault(`${this.url}${path} answers with status ${status}.`, NO_SUCH_ANSWER_REMEDY);
  }
}

function originOf(location: string | null): string {
  return location !== null && URL.canParse(location) ? `: ${new URL(location).origin}` : '';
}
