import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Database, type Notifications, openNotifications } from '#database';
import { databaseLog } from '../logging.js';

/** Token of the open database. */
export const DATABASE = Symbol('database');
/** Token of what processes on the same database tell each other. */
export const NOTIFICATIONS = Symbol('notifications');

/** What plays is to be told again within a second of the database's return. */
const LONGEST_RETRY_MS = 700;

/** Hands the database to whoever asks for it, and closes it when everything else has stopped. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
  ) {}

  static forRoot(database: Database): DynamicModule {
    const { connectionString } = database;
    return {
      module: DatabaseModule,
      providers: [
        { provide: DATABASE, useValue: database },
        {
          provide: NOTIFICATIONS,
          useFactory: () =>
            openNotifications({ connectionString, log: databaseLog(), longestRetryMs: LONGEST_RETRY_MS }),
        },
      ],
      exports: [DATABASE, NOTIFICATIONS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.notifications.close();
    await this.database.close();
  }
}
