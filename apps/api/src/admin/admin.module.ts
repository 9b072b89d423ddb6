import { Module } from '@nestjs/common';
import { OwnerLogin } from './owner-login.service.js';
import { OwnerSessionsService } from './owner-sessions.service.js';
import { OwnerTokenService } from './owner-token.service.js';
import { SessionController } from './session.controller.js';

@Module({
  controllers: [SessionController],
  providers: [OwnerTokenService, OwnerSessionsService, OwnerLogin],
  exports: [OwnerLogin],
})
export class AdminModule {}
