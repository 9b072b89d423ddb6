import { afterAll, afterEach, beforeAll } from 'vitest';
import { migratedDatabase } from './database.js';
import { type Stage, openStage } from './sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from './service.js';

export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A sandbox, and services that use it, for one file of tests. */
export interface Harness {
  stage: Stage;
  /** A service that knows nothing yet; it is stopped after the test. */
  freshService: (start?: typeof startService) => Promise<Service>;
  /** One service for tests that do not spoil its memory for each other. */
  shared: Service;
}

/** Registers the hooks of the file it is called in. */
export function useHarness(): Harness {
  const folder = temporaryFolder();
  const fresh: Service[] = [];
  const harness: Partial<Harness> = {
    freshService: async (start = startService) => {
      const service = await start(folder, {
        DATABASE_URL: await migratedDatabase(),
        ...stageOf(harness).settings,
      });
      fresh.push(service);
      return service;
    },
  };
  beforeAll(async () => {
    harness.stage = await openStage();
    harness.shared = await startService(folder, { DATABASE_URL: await migratedDatabase(), ...harness.stage.settings });
  });
  afterEach(async () => {
    await stageOf(harness).reset();
    await Promise.all(fresh.splice(0).map((service) => service.stop()));
  });
  afterAll(async () => {
    await harness.shared?.stop();
    await harness.stage?.close();
    removeFolder(folder);
  });
  return harness as Harness;
}

function stageOf({ stage }: Partial<Harness>): Stage {
  if (!stage) throw new Error('The sandbox is not open yet.');
  return stage;
}

export interface JsonResponse {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Reads a path as JSON; an empty body is null. */
export async function json(service: Service, path: string, init?: RequestInit): Promise<JsonResponse> {
  const answer = await fetch(service.url + path, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}
