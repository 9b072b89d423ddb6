import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Database, Notifications } from '#database';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { ProviderGeneration } from './provider-generation.js';
import { RunningProviders } from './running-providers.js';

const CHANNEL = 'provider_choice';

/** Which provider answers, and which one instead while it cannot. */
export interface Choice {
  /** Null when none is configured. */
  active: string | null;
  /** Null for none. */
  fallback: string | null;
  chosenBy: 'admin' | 'settings';
  /** When the admin chose; null when the settings did. */
  since: Date | null;
}

/** The admin's stored choice, else what the settings say; the same in every process within a second of a change. */
@Injectable()
export class ProviderChoice implements OnModuleInit {
  private readonly logger = new Logger('Provider');
  private stored: Choice | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
    private readonly settings: PlatformSettings,
    private readonly providers: RunningProviders,
    private readonly generation: ProviderGeneration,
  ) {}

  async onModuleInit(): Promise<void> {
    this.notifications.listen(CHANNEL, () => {
      this.reload().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
        this.logger.warn(`The choice of the provider cannot be read (${String(reason)}); the last one known holds.`);
      });
    });
    await this.reload();
  }

  get current(): Choice {
    return this.stored ?? this.default;
  }

  /** Keeps a choice, and tells every process. In force here when this resolves. */
  async store({ active, fallback }: { active: string; fallback: string | null }): Promise<void> {
    const choice = { active, fallback, changedAt: new Date() };
    await this.database.prisma.providerChoice.upsert({
      where: { id: 1 },
      create: { id: 1, ...choice },
      update: choice,
    });
    await this.spread();
  }

  /** Forgets the stored choice: the settings decide again. */
  async forget(): Promise<void> {
    await this.database.prisma.providerChoice.deleteMany({});
    await this.spread();
  }

  private async spread(): Promise<void> {
    await this.generation.advance();
    await this.reload();
    await this.notifications.notify(CHANNEL);
  }

  private get default(): Choice {
    const { LISTENING_PROVIDER, LISTENING_FALLBACK } = this.settings;
    const [first] = this.providers.all.filter(({ running }) => running !== null);
    const active = LISTENING_PROVIDER ?? first?.provider.id ?? null;
    const fallback = LISTENING_FALLBACK === 'none' || LISTENING_FALLBACK === active ? null : LISTENING_FALLBACK;
    return { active, fallback, chosenBy: 'settings', since: null };
  }

  private async reload(): Promise<void> {
    const generation = await this.generation.read();
    const row = await this.database.prisma.providerChoice.findUnique({ where: { id: 1 } });
    const before = this.current;
    this.stored = row && { active: row.active, fallback: row.fallback, chosenBy: 'admin', since: row.changedAt };
    const { active, fallback } = this.current;
    if (active !== before.active || fallback !== before.fallback) {
      this.logger.log(
        `${active ?? 'No provider'} answers from now on${fallback ? `, and ${fallback} instead while it cannot` : ''}.`,
      );
    }
    this.generation.reached(generation);
  }
}
