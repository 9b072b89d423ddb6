export { DatabaseError } from './database-error.js';
export type { DatabaseErrorCode } from './database-error.js';
export type { DatabaseLog } from './database-log.js';
export type { PrismaClient } from './generated/client.js';
export { installationRoot } from './installation.js';
export { openNotifications } from './notifications.js';
export type { Notifications, NotificationsOptions } from './notifications.js';
export { openDatabase } from './open-database.js';
export type { Database, OpenDatabaseOptions } from './open-database.js';
