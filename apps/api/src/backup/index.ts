/** What other features may use of this one. */
export { BackupModule } from './backup.module.js';
export { BackupStanding } from './backup-standing.js';
