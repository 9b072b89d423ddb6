import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/index.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { PostgresBlocks } from '../upstream/postgres-blocks.js';
import { userAgent } from '../version.js';
import { BackupDownload } from './backup-download.js';
import { BackupFiles } from './backup-files.js';
import { BackupSchemaController } from './backup-schema.controller.js';
import { BackupStanding } from './backup-standing.js';
import { BackupStore } from './backup-store.js';
import { BackupWorker } from './backup-worker.js';
import { Backups } from './backups.js';
import { BackupsController } from './backups.controller.js';
import { LibraryEvents } from './jobs/library-events.js';
import { MusicBrainzClient } from './musicbrainz/musicbrainz-client.js';
import { MUSICBRAINZ_PACE_MS, MusicBrainzWorker } from './musicbrainz/musicbrainz-worker.js';
import { RecordingIds } from './musicbrainz/recording-ids.js';
import { ReadingStore } from './reading/reading-store.js';
import { RestoreStore } from './restore/restore-store.js';
import { RestoreWorker } from './restore/restore-worker.js';
import { Restores } from './restore/restores.js';
import { RestoresController } from './restore/restores.controller.js';
import { BackupSchedule } from './schedule/backup-schedule.js';

@Module({
  imports: [AdminModule],
  controllers: [BackupsController, RestoresController, BackupSchemaController],
  providers: [
    BackupStore,
    ReadingStore,
    BackupFiles,
    BackupWorker,
    Backups,
    BackupSchedule,
    BackupStanding,
    LibraryEvents,
    BackupDownload,
    RecordingIds,
    {
      provide: MusicBrainzWorker,
      inject: [PlatformSettings, PostgresBlocks, RecordingIds, BackupFiles],
      useFactory: (settings: PlatformSettings, blocks: PostgresBlocks, ids: RecordingIds, files: BackupFiles) =>
        new MusicBrainzWorker({
          ids,
          client: new MusicBrainzClient({
            baseUrl: settings.MUSICBRAINZ_URL,
            userAgent: userAgent(settings.origin),
            blocks,
            now: Date.now,
            random: Math.random,
          }),
          open: (name) => files.open(name),
          paceMs: MUSICBRAINZ_PACE_MS,
        }),
    },
    RestoreStore,
    RestoreWorker,
    Restores,
  ],
  exports: [BackupStanding],
})
export class BackupModule {}
