import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { errorCode, errorText } from '../error-code.js';

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/**
 * Prisma's Postgres adapter, fit for migrations. The original cuts a script at every semicolon, also at those inside
 * strings, comments and function bodies, and runs the pieces one by one, maybe on several connections. Here a script goes
 * to Postgres whole, on one connection: it is parsed by Postgres and, being one query, applied entirely or not at all.
 */
export class MigrationAdapter extends PrismaPg {
  readonly #opened: SqlDriverAdapter[] = [];

  readonly #ending: string;

  /** @param ending SQL that belongs to every script and holds only with it */
  constructor(connectionString: string, ending = '') {
    super({ connectionString, application_name: 'tonearm migrations', max: 1, connectionTimeoutMillis: 10_000 });
    this.#ending = ending;
  }

  /** Called by the schema engine. */
  override async connect(): Promise<PgAdapter> {
    const adapter = await super.connect();
    this.#opened.push(adapter);
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(`${script}\n;${this.#ending}`).catch(rethrow);
    };
    return adapter;
  }

  /** Closes the connections; the engine leaves them open. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((adapter) => adapter.dispose()));
  }
}

/** In the shape that the engine can report; of any other it only says "External error". */
function rethrow(error: unknown): never {
  const told = error instanceof pg.DatabaseError ? error : undefined;
  throw new DriverAdapterError({
    kind: 'postgres',
    code: errorCode(error) ?? 'N/A',
    severity: told?.severity ?? 'ERROR',
    message: errorText(error),
    detail: told?.detail,
    column: told?.column,
    hint: told?.hint,
  });
}
