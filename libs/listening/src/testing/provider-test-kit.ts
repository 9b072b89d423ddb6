import type { Credentials, NowPlaying } from '../index.js';
import type { Situation } from './subject.js';

/** What stands beside a provider so that the contract can be checked: how its half of the sandbox brings a situation about. */
export interface ProviderTestKit {
  /** Where the upstream is below the sandbox's address. */
  upstreamPath: string;
  /** Environment variables that configure the provider for that upstream. */
  settings: (upstreamUrl: string) => Readonly<Record<string, string>>;
  /** Those of its values that must never turn up anywhere. */
  secrets: readonly string[];
  /** Below the sandbox's address: takes a scenario by PUT. */
  controlPath: string;
  /** Links an account at the sandbox, and refreshes its tokens there; null for a provider whose accounts need not agree. */
  link: ((sandboxUrl: string) => Credentials) | null;
  /** What is on in the situation `playing`. */
  song: Pick<NowPlaying, 'title' | 'artist'>;
  /** The scenario for each situation that can occur. */
  scenarios: Readonly<Partial<Record<Situation, object>>>;
}
