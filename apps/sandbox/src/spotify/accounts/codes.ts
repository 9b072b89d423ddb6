import { newSecret } from './secrets.js';

/** What a code stands for until it is exchanged. Times in epoch milliseconds. */
export interface CodeRecord {
  /** Who has agreed. */
  account: string;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  challenge: string | null;
  issuedMs: number;
}

/** How long a code lives. */
export const codeLifeMs = 10 * 60_000;

/** Codes that were sent to apps and not exchanged yet. */
export interface CodeStore {
  issue(record: CodeRecord): string;
  /** Hands out what a code stands for, and forgets it: a code is good for one try. */
  take(code: string): CodeRecord | null;
  clear(): void;
}

/** A store without codes. */
export function createCodeStore(): CodeStore {
  const records = new Map<string, CodeRecord>();
  return {
    issue: (record) => {
      const code = newSecret('AQ');
      records.set(code, record);
      return code;
    },
    take: (code) => {
      const record = records.get(code) ?? null;
      records.delete(code);
      return record;
    },
    clear: () => {
      records.clear();
    },
  };
}
