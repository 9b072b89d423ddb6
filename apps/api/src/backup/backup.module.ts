import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/index.js';
import { BackupDownload } from './backup-download.js';
import { BackupEvents } from './backup-events.js';
import { BackupFiles } from './backup-files.js';
import { BackupSchedule } from './backup-schedule.js';
import { BackupStore } from './backup-store.js';
import { BackupWorker } from './backup-worker.js';
import { Backups } from './backups.js';
import { BackupsController } from './backups.controller.js';
import { RestoreStore } from './restore/restore-store.js';
import { RestoreWorker } from './restore/restore-worker.js';
import { RestoresController } from './restore/restores.controller.js';
import { Restores } from './restore/restores.js';

@Module({
  imports: [AdminModule],
  controllers: [BackupsController, RestoresController],
  providers: [
    BackupStore,
    BackupFiles,
    BackupWorker,
    Backups,
    BackupSchedule,
    BackupEvents,
    BackupDownload,
    RestoreStore,
    RestoreWorker,
    Restores,
  ],
})
export class BackupModule {}
