import { Module } from '@nestjs/common';
import { EventHub } from './event-hub.js';
import { PlayHistory } from './play-history.js';
import { LiveState } from './live-state.js';
import { NowPlayingController } from './now-playing.controller.js';
import { NowPlayingService } from './now-playing.service.js';
import { Poller } from './poller.js';
import { SnapshotStore } from './snapshot-store.js';
import { Watcher } from './watcher.js';

@Module({
  controllers: [NowPlayingController],
  providers: [LiveState, SnapshotStore, PlayHistory, Poller, Watcher, NowPlayingService, EventHub],
  exports: [NowPlayingService],
})
export class NowPlayingModule {}
