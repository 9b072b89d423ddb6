import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { listEndpoints } from './endpoints.js';

/** The description of the API as it is served. It is made from the finished app, so it comes in after all routes are there. */
@Injectable()
export class ApiDescription {
  private encoded: { openapi: JsonBytes; endpoints: JsonBytes } | null = null;

  set(document: OpenAPIObject): void {
    this.encoded = { openapi: encodeJson(document), endpoints: encodeJson(listEndpoints(document)) };
  }

  get openapi(): JsonBytes {
    return this.ready.openapi;
  }

  get endpoints(): JsonBytes {
    return this.ready.endpoints;
  }

  private get ready(): { openapi: JsonBytes; endpoints: JsonBytes } {
    if (!this.encoded) throw new Error('The API is described before the service listens.');
    return this.encoded;
  }
}
