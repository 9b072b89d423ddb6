import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { json, useHarness } from '../support/harness.js';

const harness = useHarness();

it.each(['ordinary', 'idle', 'hidden', 'backend-failed'])(
  '/openapi.json allows every answer of the reads while Last.fm is %s',
  async (scenario) => {
    if (scenario !== 'ordinary') await harness.stage.scenario(scenario);
    const service = await harness.freshService();
    const document = (await json(service, '/openapi.json')).body as { paths: Record<string, { get?: object }> };
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema(document, 'openapi.json');
    const paths = Object.keys(document.paths).filter((path) => PUBLIC_JSON.test(path) && document.paths[path]?.get);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const { status, headers, body } = await json(service, path);
      const type = (headers.get('content-type') ?? '').replace(/;.*/, '');
      const at = ['paths', path, 'get', 'responses', String(status), 'content', type, 'schema'];
      const pointer = at.map((part) => part.replaceAll('/', '~1')).join('/');
      const validate = ajv.compile({ $ref: `openapi.json#/${pointer}` });
      validate(body);
      expect([path, status, validate.errors]).toEqual([path, status, null]);
    }
  },
);

/** Not the owner's, not the picture, and not the events, which never end. */
const PUBLIC_JSON = /^\/(?!admin|auth|callback|currently-playing\/)/;
