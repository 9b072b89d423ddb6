import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type SettingDeclaration, settingsOf } from '#listening';
import { PROVIDERS } from '#providers';
import { PlatformSettings } from './platform.settings.js';
import { type SettingFault, SettingsFault } from './settings-fault.js';

export type Environment = Readonly<Record<string, unknown>>;

/** The settings, valid and complete. */
export interface Settings {
  platform: PlatformSettings;
  /** An instance of each provider's own settings class, by provider id. */
  providers: ReadonlyMap<string, object>;
}

/** Every class that declares settings, in the order of the documentation. */
export const SETTINGS_CLASSES: readonly (new () => object)[] = [
  PlatformSettings,
  ...PROVIDERS.map(({ settings }) => settings),
];

/**
 * Reads every setting, once.
 *
 * @param env the environment; an empty value is as good as none
 * @throws SettingsFault with everything that is wrong, not just the first
 */
export function readSettings(env: Environment): Settings {
  const faults: SettingFault[] = [];
  const instances = new Map(SETTINGS_CLASSES.map((type) => [type, readClass(type, env, faults)] as const));
  const platform = instances.get(PlatformSettings);
  if (!(platform instanceof PlatformSettings))
    throw new TypeError('PlatformSettings must be one of the settings classes.');
  const providers = new Map<string, object>();
  // What is given and wrong is told already.
  const wrong = faults.map(({ name }) => name.replace(/_FILE$/, ''));
  for (const provider of PROVIDERS) {
    const own = instances.get(provider.settings) ?? {};
    providers.set(provider.id, own);
    const chosenBy = ['LISTENING_PROVIDER', 'LISTENING_FALLBACK'].find(
      (name) => Reflect.get(platform, name) === provider.id,
    );
    const given = provider.requires.filter((name) => Reflect.get(own, name) !== undefined || wrong.includes(name));
    faults.push(...incomplete(provider.requires, given, chosenBy, provider.settings));
  }
  const { LISTENING_PROVIDER: active, LISTENING_FALLBACK: fallback } = platform;
  if (fallback !== 'none' && fallback === active && !wrong.includes('LISTENING_FALLBACK')) {
    faults.push({ name: 'LISTENING_FALLBACK', problem: 'must differ from LISTENING_PROVIDER', example: 'none' });
  }
  if (faults.length > 0) throw new SettingsFault(faults);
  return { platform, providers };
}

function readClass(type: new () => object, env: Environment, faults: SettingFault[]): object {
  const given: Record<string, string> = {};
  for (const [name, declaration] of settingsOf(type)) {
    const value = readValue(name, declaration, env, faults);
    if (value === undefined) continue;
    if (isPlaceholder(value, declaration)) {
      // The example may be what stands there.
      const { source, example } = declaration;
      const right = source === undefined ? example : `what you get at ${source}`;
      faults.push({ name, problem: 'is still a placeholder', example: right });
    } else given[name] = value;
  }
  const instance = plainToInstance(type, given, { exposeDefaultValues: true });
  for (const { property, constraints } of validateSync(instance, {
    validationError: { target: false, value: false },
  })) {
    if (faults.some(({ name }) => name === property)) continue;
    const declaration = settingsOf(type).get(property);
    const problem = Object.values(constraints ?? {})[0] ?? 'is wrong';
    faults.push({ name: property, problem, example: declaration?.example ?? '' });
  }
  return instance;
}

function readValue(
  name: string,
  { secret, example }: SettingDeclaration,
  env: Environment,
  faults: SettingFault[],
): string | undefined {
  const value = text(env[name]);
  const file = secret ? text(env[`${name}_FILE`]) : undefined;
  if (file === undefined) return value;
  if (value !== undefined) {
    faults.push({ name, problem: `is given twice: remove it or ${name}_FILE`, example });
    return undefined;
  }
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content !== '') return content;
    faults.push({
      name: `${name}_FILE`,
      problem: 'names an empty file',
      example: `/run/secrets/${name.toLowerCase()}`,
    });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    faults.push({
      name: `${name}_FILE`,
      problem: `names a file that cannot be read (${reason})`,
      example: `/run/secrets/${name.toLowerCase()}`,
    });
  }
  return undefined;
}

function text(value: unknown): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed;
}

/**
 * Text that stands for a value: our own examples of secrets and of what has to be got somewhere, words of examples all over
 * the world, one character repeated.
 */
function isPlaceholder(value: string, { secret, example, source }: SettingDeclaration): boolean {
  if (/^your[-_ ]|^<.*>$|…/i.test(value)) return true;
  // A short one may be somebody's name.
  if (!secret) return source !== undefined && example.length >= 16 && value === example;
  const word = /change.?me|replace|placeholder|your[-_ ]|_here$|^(secret|password|token|example|test|todo)$|\.{3}/i;
  // Of keys with names the first is the one in use; older ones are there to be replaced.
  const isOneSign = /^(.)\1*$|^(?:[^:,]*:)?(.)\2{15,}=*(?:,|$)/.test(value);
  return value === example || word.test(value) || isOneSign;
}

/** What would be right, and where it comes from. */
function exampleOf({ example, source }: SettingDeclaration): string {
  return source === undefined ? example : `${example} (get it at ${source})`;
}

/** What is missing of a provider that is half configured, or chosen and not configured. */
function incomplete(
  requires: readonly string[],
  given: readonly string[],
  chosenBy: string | undefined,
  type: new () => object,
): SettingFault[] {
  if (given.length === requires.length || (given.length === 0 && chosenBy === undefined)) return [];
  const reason = given.length > 0 ? `${given.join(' and ')} is set` : `${chosenBy ?? ''} chooses this provider`;
  return requires
    .filter((name) => !given.includes(name))
    .map((name) => {
      const declaration = settingsOf(type).get(name);
      return { name, problem: `is missing while ${reason}`, example: declaration ? exampleOf(declaration) : '' };
    });
}
