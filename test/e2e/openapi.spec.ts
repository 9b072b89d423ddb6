import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTS, { type OpenAPI3, astToString } from 'openapi-typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, useHarness } from '../support/harness.js';
import { removeFolder, temporaryFolder } from '../support/service.js';

const harness = useHarness();

const READS = [
  '/currently-playing',
  '/currently-playing/card.svg',
  '/recent-tracks',
  '/top/tracks',
  '/top/artists',
  '/top/albums',
  '/loved-tracks',
  '/profile',
  '/summary',
  '/health',
  '/health/live',
  '/health/ready',
  '/backup.schema.json',
  '/endpoints',
];

/** Never ends by itself. */
const STREAM = '/currently-playing/stream';

/** The owner's routes: closed to everybody else. */
const OWNERS = [
  'POST /admin/session',
  'GET /admin/session',
  'DELETE /admin/session',
  'GET /auth',
  'DELETE /auth',
  'GET /callback',
  'POST /callback',
  'GET /admin/providers',
  'POST /admin/providers/{id}/probe',
  'PUT /admin/provider',
  'DELETE /admin/provider',
  'POST /admin/tokens',
  'GET /admin/clients',
  'POST /admin/clients',
  'DELETE /admin/clients',
  'DELETE /admin/clients/{clientId}',
  'GET /admin/audit',
  'GET /admin/backups',
  'POST /admin/backups',
  'GET /admin/backups/changes',
  'GET /admin/backups/{id}',
  'DELETE /admin/backups/{id}',
  'GET /admin/backups/{id}/events',
  'GET /admin/backups/{id}/download',
  'POST /admin/backups/{id}/verify',
  'POST /admin/backups/{id}/restore',
  'GET /admin/restores',
  'GET /admin/restores/{id}',
  'DELETE /admin/restores/{id}',
  'GET /admin/restores/{id}/events',
  'GET /admin/backups/{id}/diff/{other}',
];

interface Operation {
  summary?: string;
  operationId?: string;
  parameters?: { name: string; description?: string; example?: unknown; schema?: Record<string, unknown> }[];
  security?: object[];
  requestBody?: { content?: Record<string, { examples?: Record<string, { value: object }> }> };
  responses: Record<string, { description?: string; content?: Record<string, { examples?: object; schema?: object }> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { properties?: Record<string, Record<string, unknown>> }>;
    securitySchemes: object;
  };
}

let document: Description;

function routes(): string[] {
  return Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
}

beforeAll(async () => {
  document = (await json(harness.shared, '/openapi.json')).body as Description;
});

describe('/openapi.json', () => {
  it('is clean by the recommended rules of Redocly', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
    ).toEqual([]);
  });

  it('tells of each route of the owner what may come of any of them', () => {
    const owners = Object.values(document.paths)
      .flatMap((item) => Object.values(item))
      .filter(({ security }) => security?.length);
    expect(owners.length).toBeGreaterThan(25);
    for (const { operationId, responses } of owners) {
      const codes = Object.values(responses).flatMap(({ content }) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      );
      const missing = ['unauthorized', 'forbidden', 'rate_limited', 'database_unavailable'].filter(
        (code) => !codes.includes(code),
      );
      expect(missing, operationId).toEqual([]);
    }
  });

  it('makes a client that compiles', async () => {
    const folder = temporaryFolder();
    try {
      const types = astToString(await openapiTS(document as unknown as OpenAPI3));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'api.ts'), types);
      writeFileSync(
        join(folder, 'client.ts'),
        `import type { paths } from './api.js';
type Answer<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never;
export const title = (playing: Answer<'/currently-playing'>): string => (playing.isPlaying ? playing.title : 'silence');
export const since = (playing: Answer<'/currently-playing'>): string | null => playing.degraded?.since ?? null;
export const last = (playing: Answer<'/currently-playing'>): string | null => playing.lastPlayed?.playedAt ?? null;
export const plays = (chart: Answer<'/top/tracks'>): (number | null)[] => chart.items.map(({ playcount }) => playcount);
export const query: NonNullable<paths['/top/albums']['get']['parameters']['query']> = { period: '7day', limit: 3 };
export const kind: NonNullable<Answer<'/currently-playing'>['kind']> = 'episode';
// @ts-expect-error -- a period that does not exist
export const wrong: NonNullable<paths['/top/albums']['get']['parameters']['query']> = { period: 'decade' };
`,
      );
      const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
      const compile = (): string =>
        execFileSync(
          process.execPath,
          [
            tsc,
            '--noEmit',
            '--strict',
            '--exactOptionalPropertyTypes',
            '--module',
            'nodenext',
            '--target',
            'es2022',
            '--ignoreConfig',
            join(folder, 'client.ts'),
          ],
          { encoding: 'utf8' },
        );
      expect(compile()).toBe('');
    } finally {
      removeFolder(folder);
    }
  });

  it('has every route, and nothing that is not there', async () => {
    expect(routes()).toEqual(
      [...READS, STREAM]
        .map((path) => `GET ${path}`)
        .concat(OWNERS)
        .sort(),
    );
    for (const path of [...READS, STREAM]) {
      expect((await fetch(harness.shared.url + path, { method: 'HEAD' })).status, path).toBe(200);
    }
  });

  it.each(READS)('%s has a summary, an id, described parameters, and its error answers with examples', (path) => {
    const operation = document.paths[path]?.['get'];
    expect(operation?.summary).toMatch(/\w+ \w+/);
    expect(operation?.operationId).toMatch(/^get[A-Z]\w+$/);
    for (const { name, description, schema, example } of operation?.parameters ?? []) {
      expect(description).toMatch(/\w+/);
      expect(schema).toHaveProperty('default');
      const shown: unknown = schema?.['example'] ?? example;
      expect(typeof shown, name).toBe(schema?.['type'] === 'integer' ? 'number' : schema?.['type']);
      if (schema?.['enum']) expect(schema['enum'], name).toContain(shown);
      if (schema?.['minimum'] !== undefined) expect(shown, name).toBeGreaterThanOrEqual(Number(schema['minimum']));
      if (schema?.['maximum'] !== undefined) expect(shown, name).toBeLessThanOrEqual(Number(schema['maximum']));
      if (name === 'limit') expect(schema).toMatchObject({ minimum: 1, maximum: 50, default: 10 });
      if (name === 'period')
        expect(schema).toMatchObject({
          default: '7day',
          enum: ['overall', '7day', '1month', '3month', '6month', '12month'],
        });
    }
    const problems = Object.entries(operation?.responses ?? {}).filter(([status]) => Number(status) >= 400);
    expect(problems.length).toBeGreaterThan(0);
    for (const [, { description, content }] of problems) {
      expect(description).toMatch(/\w+/);
      const problem = content?.['application/problem+json'];
      if (problem) expect(Object.keys(problem.examples ?? {}).length).toBeGreaterThan(0);
      else expect(content).toHaveProperty('application/json');
    }
  });

  it('gives every field an example or its own type', () => {
    for (const [name, { properties }] of Object.entries(document.components.schemas)) {
      for (const [field, schema] of Object.entries(properties ?? {})) {
        const described = ['example', '$ref', 'allOf', 'anyOf', 'items'].some((word) => word in schema);
        expect(described, `${name}.${field}`).toBe(true);
      }
    }
  });

  it('has neither fractions nor nulls among choices, which generators make of it what no answer is', () => {
    const schemas = JSON.stringify(document.components.schemas);
    expect(schemas.match(/"type":(?:"number"|\["number","null"\])/g)).toBeNull();
    expect(schemas.match(/"enum":\[[^\]]*null\]/g)).toBeNull();
  });

  it('fills in nothing that is refused', () => {
    const { properties } = document.components.schemas['NewClientDto'] ?? {};
    expect(properties?.['clientSecret']?.['example']).toMatch(/^\S{1,500}$/);
    const filledIn = (path: string, method: string): string[] =>
      (document.paths[path]?.[method]?.parameters ?? [])
        .filter(({ schema }) => schema && ('example' in schema || 'default' in schema))
        .map(({ name }) => name);
    expect(filledIn('/admin/audit', 'get')).toEqual(['limit']);
    expect(filledIn('/admin/backups/{id}/download', 'get')).toEqual(['id', 'format']);
    const bodies = (path: string): string[][] =>
      Object.values(document.paths[path]?.['post']?.requestBody?.content?.['application/json']?.examples ?? {}).map(
        ({ value }) => Object.keys(value).sort(),
      );
    expect(bodies('/admin/tokens')).toEqual([['scopes']]);
    expect(bodies('/callback')).toEqual([['url'], ['code', 'state'], ['error', 'state']]);
  });

  it.each(OWNERS.filter((route) => route !== 'POST /admin/session'))('%s is closed, and says so', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    expect(document.paths[path]?.[method.toLowerCase()]?.security).toEqual([{ ownerToken: [] }, { ownerSession: [] }]);
    const answer = await fetch(harness.shared.url + path, { method });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  });

  it('describes what is really sent', async () => {
    const fields = (schema: string): string[] =>
      Object.keys(document.components.schemas[schema]?.properties ?? {}).sort();
    const sent = async (path: string): Promise<string[]> =>
      Object.keys((await json(harness.shared, path)).body as object).sort();
    expect(await sent('/currently-playing')).toEqual(fields('CurrentlyPlaying'));
    expect(await sent('/recent-tracks')).toEqual(fields('RecentTracksDto'));
    expect(await sent('/top/tracks')).toEqual(fields('TopTracksDto'));
    expect(await sent('/profile')).toEqual(fields('ProfileDto'));
    expect(await sent('/summary')).toEqual(fields('SummaryDto'));
    expect(await sent('/health')).toEqual(fields('HealthDto'));
    expect(await sent('/nothing')).toEqual(fields('ProblemDto'));
  });
});

describe('/endpoints', () => {
  it('is the same directory in short', async () => {
    const { items } = (await json(harness.shared, '/endpoints')).body as { items: { method: string; path: string }[] };
    expect(items.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes());
    // The fields of a body are told like parameters.
    expect(items.find(({ method, path }) => `${method} ${path}` === 'PUT /admin/provider')).toMatchObject({
      parameters: [
        { name: 'active', in: 'body', required: false, takes: 'lastfm | spotify', default: null },
        { name: 'fallback', in: 'body', required: false, takes: 'lastfm | spotify | none', default: null },
      ],
    });
    expect(items.find(({ method, path }) => `${method} ${path}` === 'POST /admin/tokens')).toMatchObject({
      parameters: [
        { name: 'scopes', in: 'body', required: true, takes: 'a list of texts', default: null },
        { name: 'clientId', in: 'body', required: false, takes: 'text', default: null },
      ],
    });
    expect(items.find(({ path }) => path === '/admin/audit')).toMatchObject({
      parameters: [{ takes: 'a whole number from 1 to 200' }, { takes: 'a whole number from 1' }],
    });
    expect(items.find(({ path }) => path === '/top/albums')).toEqual({
      method: 'GET',
      path: '/top/albums',
      purpose: 'The albums played most',
      login: false,
      parameters: [
        {
          name: 'limit',
          in: 'query',
          required: false,
          description: 'How many entries.',
          takes: 'a whole number from 1 to 50',
          default: '10',
        },
        {
          name: 'period',
          in: 'query',
          required: false,
          description: 'How far back the chart goes.',
          takes: 'overall | 7day | 1month | 3month | 6month | 12month',
          default: '7day',
        },
      ],
    });
  });
});
