import { name, nameOf, plain, words } from './widget/face.js';
import { fieldOf, isObject, textOf } from './widget/playing.js';

/** The parts of `/health` that the first page shows. */
export interface Health {
  ok: boolean;
  source: string | null;
  user: string | null;
  /** What the account calls itself: some are named by signs that nobody knows. */
  displayName: string | null;
  /** What BASE_URL says; null when it is not set. */
  origin: string | null;
  database: string;
  degraded: { provider: string | null; since: string } | null;
  providers: { id: string; displayName: string; state: string; remedy: string | null; linkWarning: string | null }[];
}

/** @returns null for what is no such document: a proxy may answer in place of the service */
export function healthFrom(value: unknown): Health | null {
  if (!isObject(value)) return null;
  const ok = fieldOf(value, 'ok');
  const database = textOf(value, 'database');
  const providers = fieldOf(value, 'providers');
  if (typeof ok !== 'boolean' || database === null || !Array.isArray(providers)) return null;
  return {
    ok,
    source: textOf(value, 'source'),
    user: textOf(value, 'user'),
    displayName: textOf(value, 'displayName'),
    origin: textOf(value, 'origin'),
    database,
    degraded: degradedFrom(fieldOf(value, 'degraded')),
    providers: providers.filter(isObject).map((provider) => ({
      id: textOf(provider, 'id') ?? '',
      displayName: textOf(provider, 'displayName') ?? textOf(provider, 'id') ?? '',
      state: textOf(provider, 'state') ?? '',
      remedy: textOf(provider, 'remedy'),
      linkWarning: textOf(provider, 'linkWarning'),
    })),
  };
}

function degradedFrom(value: unknown): Health['degraded'] {
  if (!isObject(value)) return null;
  const since = textOf(value, 'since');
  return since === null ? null : { provider: textOf(value, 'provider'), since };
}

/** Which provider answers, and whether it does so for another one. */
export function summaryOf({ ok, source, user, displayName, database, degraded, providers }: Health): string {
  if (database !== 'ok') return 'The database cannot be reached; the log of the service has the cause.';
  if (source === null) return 'No provider is set up yet. This is what is missing:';
  const who = displayName ?? user;
  const whose = who === null ? nameOf(source) : plain([name(who), words(` on ${nameOf(source)}`)]);
  if (!ok) return `Showing ${whose}, which has a problem${sinceOf(degraded)}:`;
  if (degraded === null) return `Showing ${whose}.`;
  const failing = providers.find(({ id }) => id === degraded.provider)?.displayName ?? 'the provider';
  return `Showing ${whose} for now, because ${failing} cannot answer${sinceOf(degraded)}:`;
}

function sinceOf(degraded: Health['degraded']): string {
  if (degraded === null) return '';
  return ` (since ${new Date(degraded.since).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })})`;
}

/** What is wrong and what to do about it, the provider that should answer first. */
export function notesOf({ providers, degraded, source }: Health): string[] {
  const failing = degraded?.provider ?? null;
  return (
    providers
      // One that nobody has set up is missing only when it is wanted, or when there is no other.
      .filter(({ id, state }) => state !== 'not_configured' || id === failing || source === null)
      .sort((a, b) => Number(b.id === failing) - Number(a.id === failing))
      .flatMap(({ remedy, linkWarning }) => [remedy, linkWarning])
      .filter((note) => note !== null)
  );
}

/** A piece of a text; `href` when it is an address to go to, `code` when it is one to copy. */
export interface Piece {
  text: string;
  kind: 'text' | 'href' | 'code';
}

/** Whole addresses, and our own page for linking, without what ends a sentence or a bracket. */
const ADDRESS = /((?:https?:\/\/|(?<=\s)\/auth\b)[^\s"]*[^\s".,;:)]|(?<=\s)\/auth\b)/;

/** Takes a text apart at its addresses. */
export function piecesOf(text: string): Piece[] {
  return text.split(ADDRESS).map((part, index): Piece => {
    if (index % 2 === 0) return { text: part, kind: 'text' };
    // A redirect URI is for the settings of an app: to go there leads nowhere.
    return { text: part, kind: part.endsWith('/callback') ? 'code' : 'href' };
  });
}
