import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Accounts, consentExpiresAt, dueConsentWarning, neededLinks } from '#accounts';
import { ACCOUNTS, TokenEndpoints } from '../accounts/index.js';
import { reasonOf } from '../logging.js';
import { PlatformSettings } from '../settings/platform.settings.js';

const HOUR_MS = 3_600_000;

/** Warns in the log and in the audit trail before a link ends: 30, 7 and 1 days ahead, and when it is over. */
@Injectable()
export class ConsentWarnings implements OnApplicationBootstrap {
  private readonly logger = new Logger('Link');

  constructor(
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly endpoints: TokenEndpoints,
    private readonly settings: PlatformSettings,
  ) {}

  onApplicationBootstrap(): void {
    void this.look();
  }

  @Interval(HOUR_MS)
  async look(): Promise<void> {
    try {
      for (const { provider, linking } of this.endpoints.all) {
        const links = await this.accounts.links.list(provider.id);
        for (const link of neededLinks(links, linking.consentMonths)) {
          const expiresAt = consentExpiresAt(link.consentedAt, linking.consentMonths);
          const due = dueConsentWarning(expiresAt, Date.now());
          if (expiresAt === null || due === null) continue;
          // Once for each threshold, whichever process comes first.
          if (!(await this.accounts.links.noteWarning(link.id, due))) continue;
          const ends = due === 0 ? 'ended' : 'ends';
          this.logger.warn(
            `The link of ${provider.displayName} account ${link.account.name} ${ends} at ${expiresAt.toISOString()}. Agree again at ${this.settings.origin}/auth?force=1.`,
          );
          const detail = { grant: link.id, daysAhead: due, expiresAt: expiresAt.toISOString() };
          await this.accounts.audit.append({
            actor: 'service',
            action: 'consent.warned',
            subject: provider.id,
            detail,
          });
        }
      }
    } catch (error) {
      this.logger.warn(`Ends of links cannot be looked at just now (${reasonOf(error)}).`);
    }
  }
}
