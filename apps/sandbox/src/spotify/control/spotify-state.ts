import type { TokenCall, TokenCounts } from '../accounts/token-ledger.js';
import { usualPlayback } from '../api/playback.js';
import type { Spotify } from '../spotify.js';

/** Refresh tokens of one account and app that work now, as the first 16 digits of their SHA-256. */
export interface Living {
  account: string;
  client: string;
  refreshTokens: readonly string[];
}

/** What the controls tell of Spotify beside its scenarios. */
export function spotifyState(spotify: Spotify): Record<string, unknown> {
  const { switches, apps, world } = spotify;
  const { playing } = usualPlayback(world());
  const { lists } = world().library;
  return {
    switches,
    usuallyPlays: playing.kind === 'song' ? playing.song.uri : null,
    apps: [...apps.values()].map(({ clientId, name, secret, redirectUris }) => ({
      clientId,
      name,
      hasSecret: secret !== null,
      redirectUris,
    })),
    linked: living(spotify).map(({ client }) => client),
    library: Object.fromEntries(Object.entries(lists).map(([kind, list]) => [kind, list.total()])),
  };
}

/** The token ledger, with the tokens that work now. */
export function spotifyLedger(spotify: Spotify): {
  calls: readonly TokenCall[];
  counts: TokenCounts;
  living: Living[];
} {
  return { ...spotify.tokenLedger.read(), living: living(spotify) };
}

function living({ grants }: Spotify): Living[] {
  const byLink = new Map<string, { account: string; client: string; refreshTokens: string[] }>();
  for (const { grant, fingerprint } of grants.living()) {
    const { account, clientId: client } = grant;
    const key = `${account} ${client}`;
    const link = byLink.get(key) ?? { account, client, refreshTokens: [] };
    link.refreshTokens.push(fingerprint.slice(0, 16));
    byLink.set(key, link);
  }
  return [...byLink.values()];
}
