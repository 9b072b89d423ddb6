import type { PrismaClient } from '#database';

/** What somebody did. Neither field may hold a secret. */
export interface AuditEvent {
  /** Who: `owner`, or a part of the service such as `refresh`. */
  actor: string;
  /** What, such as `token.issued`. */
  action: string;
  /** To what, such as a provider's id or a grant's. */
  subject: string;
  detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/** An event as it is kept. */
export interface AuditRecord {
  /** Grows with time. */
  id: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  detail: unknown;
}

/** What was done, by whom and when. It is only ever added to. */
export class Audit {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Kept when this resolves.
   * @param within a transaction, with which it is kept or not; absent: it stands alone
   */
  async append(
    { actor, action, subject, detail = {} }: AuditEvent,
    within: Pick<PrismaClient, 'auditEntry'> = this.prisma,
  ): Promise<void> {
    const copy = Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [name, typeof value === 'object' && value ? [...value] : value]),
    );
    await within.auditEntry.create({ data: { actor, action, subject, detail: copy } });
  }

  /**
   * The latest first, so many at most.
   * @param before only entries with a smaller id, to page on
   */
  async list({ limit, before }: { limit: number; before?: number }): Promise<AuditRecord[]> {
    return this.prisma.auditEntry.findMany({
      where: before === undefined ? {} : { id: { lt: before } },
      orderBy: { id: 'desc' },
      take: limit,
    });
  }
}
