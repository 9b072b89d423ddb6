import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { PlatformSettings } from './platform.settings.js';
import { readSettings, type Settings } from './read-settings.js';

/** Token of the settings of all providers, by provider id. */
export const PROVIDER_SETTINGS = Symbol('provider settings');

/**
 * Reads `.env`, which has to be readable, and the environment; what is in both, the environment decides.
 *
 * @throws SettingsFault with everything that is wrong
 */
export async function loadSettings(): Promise<Settings> {
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
