import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openDatabase } from '#database';
import { databaseLog, startLogging } from './logging.js';
import type { Settings } from './settings/read-settings.js';

export { readSettings } from './settings/read-settings.js';

/**
 * The whole service with its database, ready to listen; its `close` ends both.
 *
 * @param ending when it is aborted before the database is open, that is closed again and nothing more is begun
 * @throws DatabaseError, VaultError; the reason of `ending`
 */
export async function openService(settings: Settings, ending?: AbortSignal): Promise<NestFastifyApplication> {
  const { DATABASE_URL, DATA_DIR } = settings.platform;
  const logger = startLogging(settings.platform);
  // A first start is mostly other processes making the database: the rest of the code is loaded meanwhile.
  const [database, { createApp }] = await Promise.all([
    openDatabase({ dataDir: DATA_DIR, log: databaseLog(), ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}) }),
    import('./app.setup.js'),
  ]);
  try {
    ending?.throwIfAborted();
    return await createApp(settings, database, logger);
  } catch (error) {
    await database.close();
    throw error;
  }
}
