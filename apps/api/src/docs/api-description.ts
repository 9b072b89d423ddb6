import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { listEndpoints } from './endpoints.js';
import { inOpenApi31 } from './openapi-31.js';

/** The description of the API as it is served: made of the finished app, when somebody first asks for it. */
@Injectable()
export class ApiDescription {
  private describe: (() => OpenAPIObject) | null = null;
  private made: { document: OpenAPIObject; openapi: JsonBytes; endpoints: JsonBytes } | null = null;

  /** @param describe how to make it; a start need not wait for that */
  set(describe: () => OpenAPIObject): void {
    this.describe = describe;
  }

  get document(): OpenAPIObject {
    return this.ready.document;
  }

  get openapi(): JsonBytes {
    return this.ready.openapi;
  }

  get endpoints(): JsonBytes {
    return this.ready.endpoints;
  }

  private get ready(): { document: OpenAPIObject; openapi: JsonBytes; endpoints: JsonBytes } {
    if (this.made) return this.made;
    if (!this.describe) throw new Error('The API is described before the service listens.');
    const document = this.describe();
    this.made = {
      document,
      openapi: encodeJson(inOpenApi31(document)),
      endpoints: encodeJson(listEndpoints(document)),
    };
    return this.made;
  }
}
