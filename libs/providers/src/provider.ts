import type { Capabilities, ListeningProvider, ProviderDefinition } from '#listening';
import type { UpstreamClient } from '#upstream';

/** A provider with valid and complete settings. */
export interface ConfiguredProvider {
  /** Where its upstream is. */
  upstreamUrl: string;
  /** What the upstream counts calls by, for blocks; never the key itself. */
  blockKey: string;
  /** The account it reads, as far as the settings tell. */
  account: string | null;
  create(upstream: UpstreamClient, now: () => number): ListeningProvider;
}

/** A definition whose own settings type is closed in, so that all providers can stand in one list. */
export interface Provider<Id extends string = string> {
  id: Id;
  source: string;
  displayName: string;
  color: string;
  links: { home: string; credentials: string };
  capabilities: Capabilities;
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
  return {
    ...definition,
    configure(settings) {
      if (!(settings instanceof definition.settings)) {
        throw new TypeError(`The settings of ${definition.id} must be an instance of ${definition.settings.name}.`);
      }
      const missing = definition.requires.some((name) => settings[name] === undefined);
      if (missing) return null;
      return {
        upstreamUrl: definition.upstreamUrl(settings),
        blockKey: definition.id,
        account: definition.account(settings),
        create: (upstream, now) => definition.create({ settings, upstream, now }),
      };
    },
  };
}
