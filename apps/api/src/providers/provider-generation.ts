import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';

/**
 * Counts changes of who answers and of the accounts that are read, over all processes: what was read before the last one is
 * not told any more. Whoever changes such a thing writes it first and counts it then, and whoever reads it reads the count
 * first: so nothing is ever taken for newer than it is.
 */
@Injectable()
export class ProviderGeneration {
  private known = 0;
  private readonly changed: (() => void)[] = [];

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** As far as this process has heard. */
  get current(): number {
    return this.known;
  }

  /** @param changed is called when another one begins */
  onChange(changed: () => void): void {
    this.changed.push(changed);
  }

  /** Begins another one. */
  async advance(): Promise<void> {
    await this.database.prisma.$executeRaw`UPDATE provider_generation SET generation = generation + 1`;
  }

  async read(): Promise<number> {
    const row = await this.database.prisma.providerGeneration.findUniqueOrThrow({ where: { id: 1 } });
    return row.generation;
  }

  /** Takes note that everything up to this one is known here. */
  reached(generation: number): void {
    if (generation <= this.known) return;
    this.known = generation;
    for (const changed of this.changed) changed();
  }
}
