import { Module } from '@nestjs/common';
import { NowPlayingModule } from '../now-playing/index.js';
import { CardController } from './card.controller.js';
import { CardService } from './card.service.js';

@Module({ imports: [NowPlayingModule], controllers: [CardController], providers: [CardService] })
export class CardModule {}
