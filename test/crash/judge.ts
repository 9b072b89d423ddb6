import type { Answer } from './crew.js';
import type { Point } from './messages.js';
import type { RoundRecord } from './round.js';
import { fingerprint } from './upstream.js';

/** From the upstream's commit to ours: who dies there takes the only copy of what was given along. */
const WINDOW: ReadonlySet<Point> = new Set<Point>(['after-send', 'after-response', 'before-commit']);
const FLAG = 'reauthorization_required';

/** What a round showed. */
export interface Verdict {
  /** What must never be; empty when all is well. */
  violations: string[];
  /** The grant cannot be used any more without the owner. */
  isLost: boolean;
  /** It says so, and why. */
  isFlagged: boolean;
}

/** Judges by what the upstream has written down, what the database says and what callers were given. */
export function judge(record: RoundRecord): Verdict {
  const { plan, after, ledger, isAlive, deaths } = record;
  const isFlagged = after.status === 'needs_consent' && after.reason === 'in_doubt';
  const isLost = !isAlive || after.status !== 'ok';
  const violations: string[] = [];
  const must = (isSo: boolean, what: string): void => {
    if (!isSo) violations.push(what);
  };

  must(ledger.overlaps === 0, `${ledger.overlaps} overlapping exchanges`);
  must(
    isFlagged === isLost,
    `refresh token ${isAlive ? 'lives' : 'dead'}, grant ${after.status}/${after.reason ?? '-'}`,
  );
  must(!isLost || isUnavoidable(record), 'lost outside of the unavoidable window');
  const due = dueFlag(record);
  must(due === null || due === isFlagged, `flagged: ${isFlagged}, due: ${String(due)}`);
  if (isFlagged) flagged(record, must);
  else usable(record, must);
  must(deadUsesAreDue(record, isFlagged), `${ledger.deadUses} exchanges of dead tokens`);
  const wanted = dueExchanges(record, isFlagged);
  must(
    wanted === null || ledger.exchanges.length === wanted,
    `${ledger.exchanges.length} exchanges, due: ${String(wanted)}`,
  );
  if (deaths.length === 0 && plan.deed.kind === 'nothing') must(answered(record.answers, 'ok'), codes(record.answers));
  return { violations, isLost, isFlagged };
}

type Must = (isSo: boolean, what: string) => void;

/** Nothing is deleted, and everybody hears the same. */
function flagged({ after, end, deaths, last, answers, plan }: RoundRecord, must: Must): void {
  const dying = deaths.at(-1)?.grant;
  must(after.inDoubt, 'flagged without a doubt');
  must(dying?.refreshToken === after.refreshToken && dying.previous === after.previous, 'tokens changed with the flag');
  must(end.refreshToken === after.refreshToken && end.previous === after.previous, 'tokens gone after the flag');
  must(answered(last, FLAG), `after the flag: ${codes(last)}`);
  if (plan.way === 'token') must(answered(survivors(answers), FLAG), `with the flag: ${codes(answers)}`);
}

/** Everybody gets one token, by themselves, and it works. */
function usable({ after, end, last, lastWorks, answers, plan, ledger }: RoundRecord, must: Must): void {
  must(!after.inDoubt && after.attemptState !== 'sent' && after.leaseOwner === null, 'an exchange is not cleared up');
  must(answered(last, 'ok'), `in the end: ${codes(last)}`);
  must(lastWorks === true, 'what callers are given does not work, or differs');
  must(end.refreshToken === after.refreshToken, 'refreshed again without need');
  const isCalm = plan.deed.kind !== 'stall' && plan.deed.kind !== 'late';
  if (plan.way === 'token' && isCalm) must(answered(survivors(answers), 'ok'), `meanwhile: ${codes(answers)}`);
  if (plan.rotation === 'none') return;
  const given = ledger.exchanges.find((one) => one.given !== null && one.given === print(after.refreshToken));
  must(given !== undefined, 'the stored refresh token is not of this round');
  must(given === undefined || given.used === print(after.previous), 'the refresh token before was not kept');
}

/** Only where old tokens die at once, and only if someone was killed between the upstream's commit and ours. */
function isUnavoidable({ plan, after, deaths, ledger }: RoundRecord): boolean {
  const spent = ledger.exchanges.some(({ used, issued }) => issued === true && used === print(after.refreshToken));
  const amidst = deaths.some(
    ({ owner, grant }) =>
      grant.attemptState === 'sent' && grant.leaseOwner === owner && grant.refreshToken === after.refreshToken,
  );
  return plan.rotation === 'rotate-strict' && spent && amidst;
}

/** Whether the flag is due; null where chance decides. */
function dueFlag({ plan: { rotation, deed }, deaths }: RoundRecord): boolean | null {
  if (rotation !== 'rotate-strict') return false;
  switch (deed.kind) {
    case 'moment':
      return null;
    case 'point':
      return WINDOW.has(deed.at) || (deaths.length > 1 && deed.again !== null && WINDOW.has(deed.again));
    case 'nothing':
    case 'stall':
    case 'late':
      return false;
  }
}

/** How many exchanges there are to be; null where chance decides. */
function dueExchanges({ plan: { deed }, before }: RoundRecord, isFlagged: boolean): number | null {
  if (deed.kind === 'nothing') return 1;
  if (deed.kind !== 'point' || deed.again !== null) return null;
  if (!WINDOW.has(deed.at)) return 1;
  // A doubt is settled with the token that was sent, and then with the one before it, if there is one.
  return isFlagged && before.previous !== null ? 3 : 2;
}

function deadUsesAreDue({ plan: { deed }, ledger: { deadUses } }: RoundRecord, isFlagged: boolean): boolean {
  if (deed.kind === 'stall' || deed.kind === 'late') return deadUses <= 2;
  if (deed.kind === 'point' && deed.again !== null) return isFlagged || deadUses === 0;
  return isFlagged ? deadUses === 1 || deadUses === 2 : deadUses === 0;
}

function survivors(answers: readonly Answer[]): Answer[] {
  return answers.filter(({ code }) => code !== 'gone');
}

function answered(answers: readonly Answer[], code: string): boolean {
  return answers.every((answer) => answer.code === code);
}

function codes(answers: readonly Answer[]): string {
  return answers.map(({ from, code }) => `${from} ${code}`).join(', ');
}

function print(token: string | null): string | null {
  return token === null ? null : fingerprint(token);
}
