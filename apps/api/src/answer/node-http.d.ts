import 'node:http';

/** What every Node that we run on has, and its types do not tell. */
declare module 'node:http' {
  interface OutgoingMessage {
    /** Names of the headers set so far, spelled as they were set. */
    getRawHeaderNames(): string[];
    /** The whole head as it goes over the wire; null before it is written. */
    _header: string | null;
  }
}
