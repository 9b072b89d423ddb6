export { DatabaseError } from './database-error.js';
export type { DatabaseLog } from './database-log.js';
export { makeFileOnce, syncFolder, writeSynced } from './durable-file.js';
export type { PrismaClient } from './generated/client.js';
export { installationRoot } from './installation.js';
export { openNotifications } from './notifications.js';
export type { Notifications } from './notifications.js';
export { openDatabase } from './open-database.js';
export type { Database } from './open-database.js';
