import { Inject, Injectable } from '@nestjs/common';
import type { Accounts } from '#accounts';
import { ACCOUNTS, TokenEndpoints, toLinkDto } from '../accounts/index.js';
import { Problem } from '../problem/problem.js';
import type { ClientDto, NewClientDto } from './clients.dto.js';
import { LinkService } from './link.service.js';
import { LinkableApps } from './linkable-apps.js';

/** Apps beside the one of the settings. */
@Injectable()
export class ClientsService {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly endpoints: TokenEndpoints,
    private readonly apps: LinkableApps,
    private readonly links: LinkService,
  ) {}

  async list(): Promise<ClientDto[]> {
    const [added, links] = await Promise.all([this.accounts.clients.list(), this.accounts.links.list()]);
    const own = this.endpoints.all.flatMap(({ provider, linking: { app } }) =>
      app
        ? [
            {
              provider: provider.id,
              clientId: app.clientId,
              label: 'from the settings',
              hasSecret: app.clientSecret !== null,
              fromSettings: true,
            },
          ]
        : [],
    );
    const others = added.map(({ provider, clientId, label, hasSecret }) => ({
      provider,
      clientId,
      label,
      hasSecret,
      fromSettings: false,
    }));
    return [...own, ...others].map((client) => ({
      ...client,
      links: links
        .filter(({ provider, clientId }) => provider === client.provider && clientId === client.clientId)
        .map((link) => toLinkDto(link, this.monthsOf(link.provider))),
    }));
  }

  /** @throws Problem */
  async add({ provider: id, clientId, clientSecret, label }: NewClientDto): Promise<ClientDto> {
    const { provider, linking } = this.apps.provider(id);
    if (linking.app?.clientId === clientId) {
      throw new Problem(
        'conflict',
        'This is the app of the settings.',
        'Change it there, and restart; add only further apps here.',
      );
    }
    await this.accounts.clients.add({
      provider: provider.id,
      clientId,
      ...(label === undefined ? {} : { label }),
      ...(clientSecret === undefined ? {} : { clientSecret }),
    });
    await this.accounts.audit.append({
      actor: 'owner',
      action: 'client.added',
      subject: provider.id,
      detail: { clientId },
    });
    const added = (await this.list()).find((client) => !client.fromSettings && client.clientId === clientId);
    if (!added) throw new Error('An app that was just added is not there.');
    return added;
  }

  /** @throws Problem */
  async remove(clientId: string): Promise<void> {
    for (const { provider, linking } of this.endpoints.all) {
      if (linking.app?.clientId === clientId) {
        throw new Problem(
          'conflict',
          'This is the app of the settings.',
          'Take it out of the settings, and restart; DELETE /auth forgets its link.',
        );
      }
      if (!(await this.accounts.clients.remove(provider.id, clientId))) continue;
      await this.accounts.audit.append({
        actor: 'owner',
        action: 'client.removed',
        subject: provider.id,
        detail: { clientId },
      });
      await this.links.forget(clientId);
      return;
    }
    throw new Problem(
      'not_found',
      'There is no such app.',
      'GET /admin/clients lists the apps; name one by its client id.',
    );
  }

  private monthsOf(id: string): number | null {
    return this.endpoints.all.find(({ provider }) => provider.id === id)?.linking.consentMonths ?? null;
  }
}
