/** One call that an upstream of the sandbox received. */
export interface Call {
  /** When it arrived, in epoch milliseconds of the clock without its offset. */
  at: number;
  /** HTTP method. */
  method: string;
  path: string;
  /** What was asked for, in the upstream's own words and lower case, such as `user.getrecenttracks`. */
  operation: string;
  /** Parameters; of keys only the last four characters. */
  query: Readonly<Record<string, string>>;
  userAgent: string | null;
  /** Status sent; null while none is, which stays so when the connection is cut before. */
  status: number | null;
  /** How many other calls were under way at some time while this one was. */
  overlapping: number;
}

/** What is known of a call when it arrives. */
export type Arrival = Omit<Call, 'status' | 'overlapping'>;

/** A record of the calls: the last thousand whole, all of them counted. */
export interface Ledger {
  /** Notes an arrival; the returned function notes its end. */
  begin(arrival: Arrival): (status: number | null) => void;
  read(): { calls: readonly Call[]; counts: Readonly<Record<string, number>> };
  clear(): void;
}

const keptCalls = 1000;

/** An empty ledger. */
export function createLedger(): Ledger {
  let calls: Call[] = [];
  let counts = new Map<string, number>();
  const underWay = new Set<Call>();
  return {
    begin: (arrival) => {
      const call: Call = { ...arrival, status: null, overlapping: underWay.size };
      for (const other of underWay) other.overlapping += 1;
      underWay.add(call);
      calls.push(call);
      if (calls.length > keptCalls) calls.shift();
      counts.set(call.operation, (counts.get(call.operation) ?? 0) + 1);
      return (status) => {
        call.status = status;
        underWay.delete(call);
      };
    },
    read: () => ({ calls, counts: Object.fromEntries(counts) }),
    clear: () => {
      calls = [];
      counts = new Map();
    },
  };
}
