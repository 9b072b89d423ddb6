import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/index.js';
import { BrowserBinding } from './browser-binding.js';
import { ClientsController } from './clients.controller.js';
import { ClientsService } from './clients.service.js';
import { ConsentWarnings } from './consent-warnings.js';
import { LinkController } from './link.controller.js';
import { LinkService } from './link.service.js';
import { LinkableApps } from './linkable-apps.js';
import { TokensController } from './tokens.controller.js';
import { TokensService } from './tokens.service.js';

@Module({
  imports: [AdminModule],
  controllers: [LinkController, TokensController, ClientsController],
  providers: [LinkService, BrowserBinding, LinkableApps, TokensService, ClientsService, ConsentWarnings],
})
export class LinkModule {}
