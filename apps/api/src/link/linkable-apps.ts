import { Injectable } from '@nestjs/common';
import type { OAuthApp } from '#listening';
import { type LinkingProvider, TokenEndpoints } from '../accounts/index.js';
import { Problem } from '../problem/problem.js';
import { RunningProviders } from '../providers/running-providers.js';

/** An app, and the provider that it is registered with. */
export interface LinkableApp {
  of: LinkingProvider;
  app: OAuthApp;
}

/** The apps by which accounts can be linked: those of the settings, and those that the owner has added. */
@Injectable()
export class LinkableApps {
  constructor(
    private readonly endpoints: TokenEndpoints,
    private readonly providers: RunningProviders,
  ) {}

  /** @param clientId absent: the app of the settings @throws Problem */
  async find(clientId: string | undefined): Promise<LinkableApp> {
    for (const of of this.endpoints.all) {
      const app = clientId === undefined ? of.linking.app : await this.endpoints.app(of.provider.id, clientId);
      if (app) return { of, app };
    }
    if (clientId === undefined) throw this.nothingToLink();
    throw new Problem(
      'invalid_request',
      'clientId (client_id in an address) names no app that is known here.',
      'GET /admin/clients lists the apps; POST /admin/clients adds one.',
    );
  }

  /** The provider that a new app is for. @param id absent: the only one @throws Problem */
  provider(id: string | undefined): LinkingProvider {
    const found = this.endpoints.all.find(({ provider }) => id === undefined || provider.id === id);
    if (found) return found;
    if (id === undefined || this.endpoints.all.length === 0) throw this.nothingToLink();
    const ids = this.endpoints.all.map(({ provider }) => provider.id).join(', ');
    throw new Problem('invalid_request', 'provider has no apps.', `Use one of: ${ids}.`);
  }

  private nothingToLink(): Problem {
    const linkable = this.providers.all.filter(({ provider }) => provider.linking !== null);
    return new Problem(
      'provider_not_configured',
      'No provider is configured whose account could be linked.',
      linkable.map(({ provider }) => this.providers.howToConfigure(provider)).join(' '),
    );
  }
}
