import { afterAll, describe, expect, it } from 'vitest';
import { CLAUSES, situationsOf } from '#listening/testing';
import { PROVIDERS } from '#providers';
import { startSandbox } from '../../apps/sandbox/src/sandbox.js';
import { disagreements, providerFolders, testKits } from './found-providers.js';
import { subjectInSandbox } from './subject-in-sandbox.js';

const kits = await testKits();
const sandbox = await startSandbox({ port: 0, seed: 11, clock: Date.now });

afterAll(async () => {
  await sandbox.close();
});

describe('no provider escapes the contract', () => {
  it('every folder is registered and has a test kit', () => {
    const registered = PROVIDERS.map(({ id }) => id);
    expect(disagreements({ folders: providerFolders(), registered, kits: [...kits.keys()] })).toEqual([]);
  });

  it.each([
    [
      'a folder that is not registered',
      { folders: ['a', 'b'], registered: ['a'], kits: ['a', 'b'] },
      /b is not registered/,
    ],
    ['a provider without a kit', { folders: ['a', 'b'], registered: ['a', 'b'], kits: ['a'] }, /b has no test kit/],
    ['a provider without a folder', { folders: ['a'], registered: ['a', 'b'], kits: ['a', 'b'] }, /b has no folder/],
    ['a kit of nobody', { folders: ['a'], registered: ['a'], kits: ['a', 'b'] }, /b is not registered/],
  ])('%s is told', (_, found, message) => {
    expect(disagreements(found).join('\n')).toMatch(message);
  });
});

describe.each(PROVIDERS.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
  const kit = kits.get(id);
  if (!kit) throw new Error(disagreements({ folders: [id], registered: [id], kits: [] }).join('\n'));

  it('has a scenario for every situation that can occur, and for no other', () => {
    expect(Object.keys(kit.scenarios).sort()).toEqual(situationsOf({ definition: provider }).sort());
  });

  it.each(CLAUSES.map(({ name, check }) => [name, check] as const))(
    '%s',
    async (_, check) => {
      const subject = subjectInSandbox(provider, kit, sandbox);
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    },
    20_000,
  );
});
