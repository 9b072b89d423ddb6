import type {
  Capabilities,
  ConsentParts,
  ConsentStrategy,
  Credentials,
  LibraryShape,
  LinkedAccount,
  ListeningProvider,
  OAuthApp,
  PollTempo,
  ProviderDefinition,
} from '#listening';
import type { UpstreamClient } from '#upstream';

/** How accounts of a provider are linked, with its settings closed in. */
export interface ConfiguredLinking {
  /** A new one for every request. */
  strategy(parts: ConsentParts): ConsentStrategy;
  tokenUrl: string;
  /** The app that the settings name; null when they name none. */
  app: OAuthApp | null;
  scopes: readonly string[];
  /** How many months an agreement lasts; null for ever. */
  consentMonths: number | null;
  /** @throws ProviderError */
  identify(upstream: UpstreamClient, accessToken: string): Promise<LinkedAccount>;
}

/** A provider with valid and complete settings. */
export interface ConfiguredProvider {
  /** Where its upstream is. */
  upstreamUrl: string;
  /** Where its covers may be fetched from: origins, the upstream's own among them. */
  artOrigins: readonly string[];
  /** What the upstream counts calls by, for blocks; never the key itself. */
  blockKey: string;
  /** How many calls it may make in a rolling day. */
  dailyCalls: number;
  /** The account it reads, as far as the settings tell. */
  account: string | null;
  /** Null when the settings are all that it needs. */
  linking: ConfiguredLinking | null;
  create(upstream: UpstreamClient, now: () => number, credentials: Credentials): ListeningProvider;
}

/** A definition whose own settings type is closed in, so that all providers can stand in one list. */
export interface Provider<Id extends string = string> {
  id: Id;
  source: string;
  displayName: string;
  color: string;
  links: { home: string; credentials: string };
  tempo: PollTempo;
  capabilities: Capabilities;
  /** Null for a provider without a library. */
  library: LibraryShape | null;
  /** Null for a provider whose accounts need not agree. */
  linking: {
    consentMonths: number | null;
    /**
     * Where the upstream sends the browser back to, as far as these settings tell; null for BASE_URL/callback.
     * @param settings a validated instance of `settings`, complete or not
     */
    redirectUri(settings: object): string | null;
  } | null;
  /** The class that declares and checks its environment variables. */
  settings: new () => object;
  /** The variables without which it is not configured. */
  requires: readonly string[];
  /**
   * @param settings a validated instance of `settings`
   * @returns null when nothing that it requires is set
   */
  configure(settings: object): ConfiguredProvider | null;
}

/** Closes the settings type of a definition in. */
export function register<Settings extends object, Id extends string>(
  definition: ProviderDefinition<Settings, UpstreamClient, Id>,
): Provider<Id> {
  const { linking } = definition;
  const own = (settings: object): Settings => {
    if (settings instanceof definition.settings) return settings;
    throw new TypeError(`The settings of ${definition.id} must be an instance of ${definition.settings.name}.`);
  };
  return {
    ...definition,
    linking: linking && {
      consentMonths: linking.consentMonths,
      redirectUri: (given) => linking.redirectUri(own(given)),
    },
    configure(given) {
      const settings = own(given);
      const missing = definition.requires.some((name) => settings[name] === undefined);
      if (missing) return null;
      const upstreamUrl = definition.upstreamUrl(settings);
      return {
        upstreamUrl,
        artOrigins: [...definition.artHosts.map((host) => `https://${host}`), new URL(upstreamUrl).origin],
        // Somebody else's refusal says nothing of another address, or of another app.
        blockKey: [definition.id, new URL(upstreamUrl).host, linking?.app(settings)?.clientId]
          .filter((word) => word !== undefined)
          .join(' '),
        dailyCalls: definition.dailyCalls(settings),
        account: definition.account(settings),
        linking: closeLinking(linking, settings),
        create: (upstream, now, credentials) => definition.create({ settings, upstream, now, credentials }),
      };
    },
  };
}

function closeLinking<Settings extends object>(
  linking: ProviderDefinition<Settings, UpstreamClient>['linking'],
  settings: Settings,
): ConfiguredLinking | null {
  if (linking === null) return null;
  return {
    strategy: (parts) => linking.strategy(settings, parts),
    tokenUrl: linking.tokenUrl(settings),
    app: linking.app(settings),
    scopes: linking.scopes(settings),
    consentMonths: linking.consentMonths,
    identify: linking.identify,
  };
}
