import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { AccountsModule, type AccountsTuning } from './accounts/index.js';
import { AdminModule } from './admin/index.js';
import type { Database } from '#database';
import { AnswerInterceptor } from './answer/answer.interceptor.js';
import { FastPath } from './answer/fast-path.js';
import { ForgetAnswers } from './answer/forget-answers.js';
import { BackupModule } from './backup/backup.module.js';
import { CardModule } from './card/card.module.js';
import { ChartsModule } from './charts/charts.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DocsModule } from './docs/docs.module.js';
import { Drain } from './drain.js';
import { HealthModule } from './health/health.module.js';
import { LinkModule } from './link/link.module.js';
import { NowPlayingModule } from './now-playing/index.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { ProvidersModule } from './providers/providers.module.js';
import type { Settings } from './settings/read-settings.js';
import { SettingsModule } from './settings/settings.module.js';
import { UpstreamModule } from './upstream/upstream.module.js';

/** The table of contents. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, database: Database, tuning: AccountsTuning, fastPath: FastPath): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        DatabaseModule.forRoot(database),
        ScheduleModule.forRoot(),
        UpstreamModule,
        AccountsModule.forRoot(tuning),
        ProvidersModule,
        NowPlayingModule,
        CardModule,
        ChartsModule,
        HealthModule,
        AdminModule,
        LinkModule,
        BackupModule,
        DocsModule,
      ],
      providers: [
        Drain,
        { provide: FastPath, useValue: fastPath },
        ForgetAnswers,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      ],
    };
  }
}
