import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { OwnerLogin } from './owner-login.service.js';
import { OwnerSessionsService } from './owner-sessions.service.js';
import { OwnerTokenService } from './owner-token.service.js';
import { ProvidersController } from './providers.controller.js';
import { ProvidersService } from './providers.service.js';
import { SessionController } from './session.controller.js';

@Module({
  controllers: [SessionController, ProvidersController, AuditController],
  providers: [OwnerTokenService, OwnerSessionsService, OwnerLogin, ProvidersService],
  exports: [OwnerLogin],
})
export class AdminModule {}
