import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProviderTestKit } from '#listening/testing';

const PROVIDERS_FOLDER = join(import.meta.dirname, '../../libs/providers/src');

/** What there is of providers in three places that must agree. */
export interface Found {
  folders: readonly string[];
  /** Ids in the registry. */
  registered: readonly string[];
  /** Folders with a test kit. */
  kits: readonly string[];
}

/** The folders of the providers, each by its name. */
export function providerFolders(): string[] {
  return readdirSync(PROVIDERS_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** The test kits that stand in those folders as `<id>.testkit.ts`, by id. */
export async function testKits(): Promise<ReadonlyMap<string, ProviderTestKit>> {
  const kits = new Map<string, ProviderTestKit>();
  for (const folder of providerFolders()) {
    for (const file of readdirSync(join(PROVIDERS_FOLDER, folder)).filter((name) => name.endsWith('.testkit.ts'))) {
      const module: unknown = await import(pathToFileURL(join(PROVIDERS_FOLDER, folder, file)).href);
      const kit: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'testkit') : undefined;
      if (!isTestKit(kit)) throw new TypeError(`${folder}/${file} must export "testkit", a ProviderTestKit.`);
      kits.set(file.replace('.testkit.ts', ''), kit);
    }
  }
  return kits;
}

function isTestKit(value: unknown): value is ProviderTestKit {
  const parts = ['upstreamPath', 'settings', 'secrets', 'controlPath', 'link', 'song', 'scenarios'];
  return typeof value === 'object' && value !== null && parts.every((part) => part in value);
}

/** Everything in which the three places do not agree, in words. */
export function disagreements({ folders, registered, kits }: Found): string[] {
  const ids = [...new Set([...folders, ...registered, ...kits])].sort();
  return ids.flatMap((id) => [
    ...(registered.includes(id)
      ? []
      : [`libs/providers/src/${id} is not registered: add it to PROVIDERS in libs/providers/src/index.ts.`]),
    ...(folders.includes(id) ? [] : [`${id} has no folder of its name in libs/providers/src.`]),
    ...(kits.includes(id)
      ? []
      : [`${id} has no test kit, so nothing checks that it keeps the contract: add ${id}/${id}.testkit.ts.`]),
  ]);
}
