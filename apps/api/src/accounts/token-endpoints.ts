import type { RefreshTarget } from '#accounts';
import { TOKEN_ENDPOINT_LIMITS, TokenEndpoint } from '#accounts';
import type { OAuthApp } from '#listening';
import { type ConfiguredLinking, PROVIDERS, type Provider } from '#providers';
import { type UpstreamBlocks, UpstreamClient } from '#upstream';

/** A provider whose accounts agree, with its settings. */
export interface LinkingProvider {
  provider: Provider;
  linking: ConfiguredLinking;
}

/** What a token endpoint counts calls by, per app; never its secret. */
const blockKey = (provider: string, clientId: string): string => `${provider}-token:${clientId}`;

/** Where the apps of every provider exchange codes and tokens. */
export class TokenEndpoints {
  private readonly linkings = new Map<string, LinkingProvider>();
  private readonly clients = new Map<string, UpstreamClient>();

  /** @param addedApp an app that the owner has added; null when there is none */
  constructor(
    settings: ReadonlyMap<string, object>,
    private readonly userAgent: string,
    private readonly blocks: UpstreamBlocks,
    private readonly onRequest: (provider: string, clientId: string) => void,
    private readonly addedApp: (provider: string, clientId: string) => Promise<OAuthApp | null>,
  ) {
    for (const provider of PROVIDERS) {
      const linking = provider.configure(settings.get(provider.id) ?? {})?.linking;
      if (linking) this.linkings.set(provider.id, { provider, linking });
    }
  }

  /** Every configured provider whose accounts agree. */
  get all(): readonly LinkingProvider[] {
    return [...this.linkings.values()];
  }

  /** The app of the settings, or one that the owner has added; null when there is neither. @throws VaultError */
  async app(provider: string, clientId: string): Promise<OAuthApp | null> {
    const own = this.linkings.get(provider)?.linking.app;
    return own?.clientId === clientId ? own : this.addedApp(provider, clientId);
  }

  /** Where the grants of an app are refreshed. */
  async target(provider: string, clientId: string): Promise<RefreshTarget> {
    const known = this.linkings.get(provider);
    if (!known) return { displayName: provider, endpoint: null };
    const app = await this.app(provider, clientId);
    return { displayName: known.provider.displayName, endpoint: app && this.endpoint(known, app) };
  }

  endpoint({ provider, linking }: LinkingProvider, app: OAuthApp): TokenEndpoint {
    const key = blockKey(provider.id, app.clientId);
    const client = this.clients.get(key) ?? this.open(key, provider, linking, app.clientId);
    return new TokenEndpoint(client, app);
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private open(
    key: string,
    { id, displayName }: Provider,
    { tokenUrl }: ConfiguredLinking,
    clientId: string,
  ): UpstreamClient {
    const client = new UpstreamClient({
      displayName,
      blockKey: key,
      baseUrl: tokenUrl,
      userAgent: this.userAgent,
      blocks: this.blocks,
      now: Date.now,
      random: Math.random,
      onRequest: () => {
        this.onRequest(id, clientId);
      },
      limits: TOKEN_ENDPOINT_LIMITS,
    });
    this.clients.set(key, client);
    return client;
  }
}
