import 'node:http';

declare module 'node:http' {
  interface OutgoingMessage {
    /** Names of the headers set so far, spelled as they were set. Node has it on every outgoing message, its types on requests only. */
    getRawHeaderNames(): string[];
  }
}
