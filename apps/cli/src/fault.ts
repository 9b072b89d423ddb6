/** What a command ends with when it has not done what it was asked for. */
export const FAILED = 1;
/** What a command ends with when it was not understood. */
export const WRONG_USAGE = 2;
/** What shells expect of a program that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** Something that a person has to know. */
export class Fault extends Error {
  override readonly name: string = 'Fault';

  constructor(
    /** What happened, in one sentence. */
    message: string,
    /** What the reader can do. */
    readonly remedy: string,
    readonly exitCode: number = FAILED,
  ) {
    super(message);
  }
}

/** The command cannot be understood. */
export function wrongUsage(message: string, remedy: string): Fault {
  return new Fault(message, remedy, WRONG_USAGE);
}

/** The service is away, or does not answer for now. */
export class Unreachable extends Fault {
  override readonly name = 'Unreachable';
}

/** The system's own name for an error, also of one that another wraps. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? null : codeOf(error.cause);
}
