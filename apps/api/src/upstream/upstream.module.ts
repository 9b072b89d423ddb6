import { Global, Module } from '@nestjs/common';
import { DailyCalls } from './daily-calls.js';
import { PostgresBlocks } from './postgres-blocks.js';

/** What all calls to upstreams have in common. */
@Global()
@Module({ providers: [PostgresBlocks, DailyCalls], exports: [PostgresBlocks, DailyCalls] })
export class UpstreamModule {}
