import { ProviderError } from '#listening';

const CLOSED: ReadonlySet<string> = new Set(['forbidden', 'not_supported']);

/** The upstream keeps this closed, whoever asks and however often. */
export function isClosed(error: unknown): error is ProviderError {
  return error instanceof ProviderError && CLOSED.has(error.code);
}

/** The upstream has understood what was asked, and refuses it; nobody knows why, and it may pass. */
export function isFinal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.isFinal;
}

/** Parts of a restore that were refused and wait for the next attempt, while the others go on. */
export class RefusedParts {
  /** Why they wait; null when none does. */
  reason: ProviderError | null = null;

  /** Null when it waits. */
  async orLater<W>(work: () => Promise<W>): Promise<W | null> {
    try {
      return await work();
    } catch (error) {
      this.waitFor(error);
      return null;
    }
  }

  /** @throws the error itself when it is no refusal */
  waitFor(error: unknown): void {
    if (!isFinal(error)) throw error;
    this.reason ??= error;
  }
}
