import { Module } from '@nestjs/common';
import { NowPlayingModule } from '../now-playing/index.js';
import { ChartsController } from './charts.controller.js';
import { ChartsService } from './charts.service.js';
import { SummaryService } from './summary.service.js';

@Module({ imports: [NowPlayingModule], controllers: [ChartsController], providers: [ChartsService, SummaryService] })
export class ChartsModule {}
