import { createInterface } from 'node:readline/promises';

/** Asks at the terminal. @returns the line; empty when there is none to come @throws when it is interrupted */
export async function ask(question: string, interrupted: AbortSignal): Promise<string> {
  // As a terminal it would take Ctrl-C for itself.
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const closed = new Promise<string>((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
  });
  try {
    return await Promise.race([lines.question(question, { signal: interrupted }), closed]);
  } finally {
    lines.close();
  }
}
