// A process that asks: beside what it asks, so that neither takes the other's time. Prints what came of it as JSON.
import autocannon from 'autocannon';

/** What to ask, and how. */
export interface Load {
  url: string;
  headers: Readonly<Record<string, string>>;
  connections: number;
  pipelining: number;
  /** Requests in all; null for as many as there are in `seconds`. */
  amount: number | null;
  seconds: number;
  /** Requests a second over all connections; null for as many as can be. */
  rate: number | null;
  /** The tag that every answer must carry; null for any. */
  expected: { status: number; etag: string | null };
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Milliseconds. */
  p99: number;
}

function run(load: Load): Promise<LoadResult> {
  let wrong = 0;
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: load.url,
        headers: { ...load.headers },
        connections: load.connections,
        pipelining: load.pipelining,
        ...(load.amount === null ? { duration: load.seconds } : { amount: load.amount }),
        ...(load.rate === null ? {} : { overallRate: load.rate }),
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
        const { statusCodeStats, errors, timeouts, duration, latency } = result;
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
        resolve({ requests: good, seconds: duration, p99: latency.p99 });
      },
    );
    autocannon.track(instance, { outputStream: process.stderr, renderProgressBar: false, renderResultsTable: false });
  });
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
process.stdout.write(JSON.stringify(await run(load)));
