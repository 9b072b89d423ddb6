import { Global, Module } from '@nestjs/common';
import { ActiveProvider } from './active-provider.js';
import { PostgresBlocks } from './postgres-blocks.js';

@Global()
@Module({ providers: [PostgresBlocks, ActiveProvider], exports: [ActiveProvider] })
export class ProvidersModule {}
