import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';

/** Requests under way get so long to finish when the service stops. */
const DRAIN_MS = 5_000;

/** Keeps one client that does not read its answer from keeping the whole service from stopping. */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  constructor(private readonly host: HttpAdapterHost<AbstractHttpAdapter<Server>>) {}

  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter.getHttpServer();
    setTimeout(() => {
      server.closeAllConnections();
    }, DRAIN_MS).unref();
  }
}
