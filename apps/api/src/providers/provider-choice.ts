import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Accounts } from '#accounts';
import type { Database, PrismaClient } from '#database';
import { ACCOUNTS } from '../accounts/index.js';
import { DATABASE } from '../database/database.module.js';
import { isDatabaseAway } from '../problem/database-trouble.js';
import { Problem } from '../problem/problem.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { ProviderGeneration } from './provider-generation.js';
import { RunningProviders } from './running-providers.js';

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

/** What an admin can choose. */
export interface Wanted {
  active: string;
  fallback: string | null;
}

type Transaction = Pick<PrismaClient, 'providerChoice' | 'auditEntry' | '$queryRaw' | '$executeRaw'>;

/** The admin's stored choice, else what the settings say; the same in every process within a second of a change. */
@Injectable()
export class ProviderChoice {
  private readonly logger = new Logger('Provider');
  private stored: Choice | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly settings: PlatformSettings,
    private readonly providers: RunningProviders,
    private readonly generation: ProviderGeneration,
  ) {
    generation.learnBy(() => this.load());
  }

  get current(): Choice {
    return this.stored ?? this.default;
  }

  /**
   * Changes the choice and writes that down, one change after the other over all processes. In force here when this resolves.
   *
   * @param decide from the choice as it is; null: not after all
   * @returns the choice that this very change has made; null when it made none
   * @throws Problem `database_unavailable` when it is stored and not in force yet
   */
  async change(decide: (before: Choice) => Wanted | null): Promise<Choice | null> {
    return this.replace(async (transaction, before) => {
      const wanted = decide(before);
      if (wanted === null) return null;
      const choice = { ...wanted, changedAt: new Date() };
      const create = { id: 1, ...choice };
      await transaction.providerChoice.upsert({ where: { id: 1 }, create, update: choice });
      return chosenByAdmin(choice);
    });
  }

  /** Forgets the stored choice: the settings decide again. @returns what they say @throws as `change` */
  async forget(): Promise<Choice> {
    await this.replace(async (transaction) => {
      await transaction.providerChoice.deleteMany({});
      return this.default;
    });
    return this.default;
  }

  private async replace(
    write: (transaction: Transaction, before: Choice) => Promise<Choice | null>,
  ): Promise<Choice | null> {
    let isWritten = false;
    const storing = this.database.prisma.$transaction(async (transaction) => {
      await this.generation.hold(transaction);
      const row = await transaction.providerChoice.findUnique({ where: { id: 1 } });
      const before = row ? chosenByAdmin(row) : this.default;
      const made = await write(transaction, before);
      if (made === null) return null;
      await this.generation.advance(transaction);
      await this.note(transaction, before, made);
      isWritten = true;
      return made;
    });
    const after = await storing.catch((error: unknown) => {
      throw isWritten && isDatabaseAway(error) ? storedOrNot() : error;
    });
    if (after) await this.learnStored();
    return after;
  }

  private async learnStored(): Promise<void> {
    try {
      await this.generation.catchUp();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      throw new Problem(
        'database_unavailable',
        'The choice is stored, and this process cannot read it: the database went away right after it.',
        'Start the database; the choice is in force as soon as it answers, and need not be made again.',
      );
    }
  }

  private async note(transaction: Transaction, before: Choice, after: Choice): Promise<void> {
    const { active, fallback, chosenBy } = after;
    const detail = { active, fallback, chosenBy, activeBefore: before.active, fallbackBefore: before.fallback };
    const event = { actor: 'owner', action: 'provider.chosen', subject: active ?? 'none', detail };
    await this.accounts.audit.append(event, transaction);
  }

  private get default(): Choice {
    const { LISTENING_PROVIDER, LISTENING_FALLBACK } = this.settings;
    const [first] = this.providers.all.filter(({ running }) => running !== null);
    const active = LISTENING_PROVIDER ?? first?.provider.id ?? null;
    const fallback = LISTENING_FALLBACK === 'none' || LISTENING_FALLBACK === active ? null : LISTENING_FALLBACK;
    return { active, fallback, chosenBy: 'settings', since: null };
  }

  private async load(): Promise<void> {
    const row = await this.database.prisma.providerChoice.findUnique({ where: { id: 1 } });
    const before = this.current;
    this.stored = row && chosenByAdmin(row);
    const { active, fallback } = this.current;
    if (active !== before.active || fallback !== before.fallback) {
      this.logger.log(
        `${active ?? 'No provider'} answers from now on${fallback ? `, and ${fallback} instead while it cannot` : ''}.`,
      );
    }
  }
}

/** Only the answer to the last word of a transaction tells whether it is stored. */
function storedOrNot(): Problem {
  return new Problem(
    'database_unavailable',
    'The database went away while the choice was being stored: whether it is stored is not known.',
    'Start the database; GET /admin/providers tells then who answers.',
  );
}

function chosenByAdmin({ active, fallback, changedAt }: Wanted & { changedAt: Date }): Choice {
  return { active, fallback, chosenBy: 'admin', since: changedAt };
}
