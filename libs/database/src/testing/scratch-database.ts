import { join } from 'node:path';
import type { Database } from '../open-database.js';
import { openDatabase } from '../open-database.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/**
 * A database for one spec file: a real, migrated, empty Postgres of its own, in some 0.7 s. `close` also removes its files.
 * @param log where it reports; absent: nowhere
 */
export async function openScratchDatabase(log = silent): Promise<Database> {
  const folder = await makeScratchFolder();
  try {
    const database = await openDatabase({ dataDir: join(folder, 'data'), log });
    const close = async (): Promise<void> => {
      await database.close();
      await removeScratchFolder(folder);
    };
    return { ...database, close };
  } catch (error) {
    await removeScratchFolder(folder);
    throw error;
  }
}
