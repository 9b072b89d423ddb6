import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { reasonOf } from '../logging.js';
import { ProviderOutages } from './provider-outages.js';
import { RunningProviders } from './running-providers.js';

/** How often it is looked whether a probe is due. Without an outage that is no work at all. */
const LOOK_EVERY_MS = 5_000;

/** Finds out when an upstream lets the app in again. */
@Injectable()
export class OutageProbe implements OnApplicationBootstrap {
  private readonly logger = new Logger('Provider');

  constructor(
    private readonly outages: ProviderOutages,
    private readonly providers: RunningProviders,
  ) {}

  /** A restart may be what the owner does about it: another app in the settings, for example. */
  onApplicationBootstrap(): void {
    void this.look(true);
  }

  @Interval(LOOK_EVERY_MS)
  async look(atStart = false): Promise<void> {
    if (this.outages.isQuiet) return;
    // What could not be written down or was missed, by a database that was away.
    await this.attempt('Outages', () => this.outages.sync());
    for (const provider of this.outages.all.keys()) {
      await this.attempt(`Probe of ${provider}`, async () => {
        if (await this.outages.claimProbe(provider, atStart)) await this.providers.get(provider)?.probe.profile();
      });
    }
  }

  /** A provider's failure is in its health record, and the log has it when it is news; the same goes for the database. */
  private async attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.logger.debug(`${what}: ${reasonOf(error)}`);
    }
  }
}
