// A process that asks: beside what it asks, so that neither takes the other's time. Prints what came of it as JSON.
import autocannon from 'autocannon';
import { processorSeconds } from './services.js';

/** What to ask, and how. */
export interface Load {
  /** Who is asked, in turn. */
  targets: readonly Target[];
  /** How often each has its turn. */
  rounds: number;
  headers: Readonly<Record<string, string>>;
  connections: number;
  pipelining: number;
  /** Requests a turn; null for as many as there are in `seconds`. */
  amount: number | null;
  seconds: number;
  /** The tag that every answer must carry; null for any. */
  expected: { status: number; etag: string | null };
}

export interface Target {
  url: string;
  pid: number;
}

/** What came of one turn. */
export interface Turn {
  requests: number;
  /** Of processor time that the target took. */
  processorSeconds: number;
}

function take({ url, pid }: Target, load: Load): Promise<Turn> {
  const before = processorSeconds(pid);
  let wrong = 0;
  return new Promise((resolve, reject) => {
    autocannon(
      {
        url,
        headers: { ...load.headers },
        connections: load.connections,
        pipelining: load.pipelining,
        ...(load.amount === null ? { duration: load.seconds } : { amount: load.amount }),
        setupClient: (client) => {
          client.on('headers', (head) => {
            // Names and values in turn, whatever the types say. Only what carries the tag of this very answer counts.
            const headers: unknown = head['headers'];
            if (!Array.isArray(headers) || !headers.includes(load.expected.etag ?? 'etag')) wrong += 1;
          });
        },
      },
      (error: unknown, result) => {
        if (error) {
          reject(error instanceof Error ? error : new Error('The load could not be begun.'));
          return;
        }
        const { statusCodeStats, errors, timeouts } = result;
        const stats = Object.entries(statusCodeStats ?? {});
        const good = stats.find(([code]) => code === String(load.expected.status))?.[1].count ?? 0;
        const other = stats.filter(([code]) => code !== String(load.expected.status));
        if (wrong > 0 || errors > 0 || timeouts > 0 || other.length > 0) {
          reject(
            new Error(
              `${wrong} answers without the tag, ${errors} errors, ${timeouts} too late, others: ${JSON.stringify(other)}`,
            ),
          );
          return;
        }
        resolve({ requests: good, processorSeconds: processorSeconds(pid) - before });
      },
    );
  });
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const turns: Turn[][] = [];
for (let round = 0; round < load.rounds; round += 1) {
  const found: Turn[] = [];
  for (const target of load.targets) found.push(await take(target, load));
  turns.push(found);
}
process.stdout.write(JSON.stringify(turns));
