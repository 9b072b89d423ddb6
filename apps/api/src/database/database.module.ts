import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Database, openDatabase } from '#database';
import { PlatformSettings } from '../settings/platform.settings.js';

/** Token of the open database. */
export const DATABASE = Symbol('database');

@Global()
@Module({
  providers: [
    {
      provide: DATABASE,
      inject: [PlatformSettings],
      useFactory: ({ DATABASE_URL, DATA_DIR }: PlatformSettings): Promise<Database> => {
        const logger = new Logger('Database');
        const log = {
          debug: (line: string) => {
            logger.debug(line);
          },
          info: (line: string) => {
            logger.log(line);
          },
          warn: (line: string) => {
            logger.warn(line);
          },
        };
        return openDatabase({ dataDir: DATA_DIR, log, ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}) });
      },
    },
  ],
  exports: [DATABASE],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
