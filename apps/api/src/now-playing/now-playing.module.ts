import { Module } from '@nestjs/common';
import { NowPlayingController } from './now-playing.controller.js';
import { NowPlayingService } from './now-playing.service.js';

@Module({ controllers: [NowPlayingController], providers: [NowPlayingService], exports: [NowPlayingService] })
export class NowPlayingModule {}
