import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

const ENGINE = '@prisma/schema-engine-wasm/schema_engine_bg';

/** The part of WebAssembly that is used here; the types of Node 20 do not declare it. */
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

type EngineModule = typeof engineModule;

let loading: Promise<EngineModule> | undefined;

/**
 * Prisma's schema engine, which is what `prisma migrate` runs, as WebAssembly: nothing is downloaded. It takes some 0.1 s
 * and 50 MB, so it is loaded only when it has work. Call `free()` on the result.
 */
export async function openSchemaEngine(
  schema: string,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<engineModule.SchemaEngine> {
  // Once per process: the engine's module holds its instance in a variable, and a second one would replace it under the first.
  loading ??= loadEngine();
  const { SchemaEngine } = await loading;
  return SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

async function loadEngine(): Promise<EngineModule> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  // The package exports its bindings but not the code, which lies beside them.
  const code = await readFile(
    createRequire(import.meta.url)
      .resolve(ENGINE)
      .replace(/\.js$/, '.wasm'),
  );
  const { instance } = await WebAssembly.instantiate(code, { './schema_engine_bg.js': withIdleTimers(bindings) });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return bindings;
}

/** The engine leaves its 10 s lock timer running, which would keep a process that has closed the database from ending. */
function withIdleTimers(bindings: object): object {
  const timer = Object.keys(bindings).find((name) => name.startsWith('__wbg_setTimeout_'));
  if (timer === undefined) return bindings;
  return { ...bindings, [timer]: (callback: () => void, ms: number) => setTimeout(callback, ms).unref() };
}
