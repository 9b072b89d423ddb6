/** How a class tells what it wants from the environment: one declaration per property, the property's name is the variable's. */
export interface SettingDeclaration {
  /** What it is for, in one sentence; stands in `.env.example` and in the README. */
  description: string;
  /** A value that would be right, shown when the given one is wrong. */
  example: string;
  /** Used when the variable is not set, in words when it depends on another; absent: there is no default. */
  default?: string;
  /** Its value is never shown, and it can also be given as a file by `<NAME>_FILE`. */
  secret?: boolean;
  /** Where a person gets the value. */
  source?: string;
}

const declarations = new WeakMap<object, Map<string, SettingDeclaration>>();

/** Declares a property as a setting; its checks stand beside it as class-validator decorators. */
export function Setting(declaration: SettingDeclaration) {
  return (prototype: object, name: string): void => {
    const own = declarations.get(prototype) ?? new Map<string, SettingDeclaration>();
    declarations.set(prototype, own.set(name, declaration));
  };
}

/** The settings that a class declares, by variable name, in the order of the class. */
export function settingsOf(type: { prototype: object }): ReadonlyMap<string, SettingDeclaration> {
  return declarations.get(type.prototype) ?? new Map();
}
