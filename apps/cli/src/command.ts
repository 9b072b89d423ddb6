import type { Call, Usage } from './arguments.js';
import type { Output } from './output.js';
import type { Service } from './service.js';

/** What a command has to do with. */
export interface Surroundings {
  service: Service;
  output: Output;
  /** Whether a line of it can be written anew. */
  isTerminal: boolean;
  /** Asks the person, who answers with a line; null where nobody can be asked. */
  ask: ((question: string) => Promise<string>) | null;
  /** For what does not belong into a file that the output goes to. */
  notes: Output;
  /** Where the person is who calls. */
  folder: string;
  now: () => number;
  pause: (milliseconds: number) => Promise<void>;
  /** Ctrl-C. */
  interrupted: AbortSignal;
}

/** One thing that this program does. */
export interface Command extends Usage {
  /** @returns the exit code @throws Fault */
  run: (call: Call, surroundings: Surroundings) => Promise<number>;
}

/** Lines of text. */
export function say(output: Output, ...lines: readonly string[]): void {
  output.write(lines.map((line) => `${line}\n`).join(''));
}
