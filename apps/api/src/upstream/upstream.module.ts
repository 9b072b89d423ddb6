import { Global, Module } from '@nestjs/common';
import { PostgresBlocks } from './postgres-blocks.js';

/** What all calls to upstreams have in common. */
@Global()
@Module({ providers: [PostgresBlocks], exports: [PostgresBlocks] })
export class UpstreamModule {}
