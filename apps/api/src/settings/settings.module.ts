import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { readFileSync } from 'node:fs';
import { PlatformSettings } from './platform.settings.js';
import { readSettings, type Settings } from './read-settings.js';
import { SettingsFault } from './settings-fault.js';

/** Token of the settings of all providers, by provider id. */
export const PROVIDER_SETTINGS = Symbol('provider settings');

/**
 * Reads `.env` and the environment; what is in both, the environment decides.
 *
 * @throws SettingsFault with everything that is wrong
 */
export async function loadSettings(): Promise<Settings> {
  checkFile();
  const loaded: Settings[] = [];
  await ConfigModule.forRoot({
    validate: (env) => {
      loaded.push(readSettings(env));
      return {};
    },
  });
  const [settings] = loaded;
  if (!settings) throw new Error('The settings were not read.');
  return settings;
}

/** What is there and cannot be read is as wrong as what stands in it. */
function checkFile(): void {
  try {
    readFileSync('.env');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT') return;
    const example = 'a file that the user who runs Tonearm can read, or no file';
    throw new SettingsFault([{ name: '.env', problem: `cannot be read (${code})`, example }]);
  }
}

/** Hands the settings to whoever asks for them. */
@Global()
@Module({})
export class SettingsModule {
  static forRoot({ platform, providers }: Settings): DynamicModule {
    return {
      module: SettingsModule,
      providers: [
        { provide: PlatformSettings, useValue: platform },
        { provide: PROVIDER_SETTINGS, useValue: providers },
      ],
      exports: [PlatformSettings, PROVIDER_SETTINGS],
    };
  }
}
