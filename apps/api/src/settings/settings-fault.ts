/** One setting that cannot be used as it is. Never carries the value. */
export interface SettingFault {
  /** The variable. */
  name: string;
  /** What is wrong with it. */
  problem: string;
  /** What would be right: a value, or where to get one. */
  example: string;
}

/** All that is wrong with the settings, at once. */
export class SettingsFault extends Error {
  override readonly name = 'SettingsFault';

  constructor(readonly faults: readonly SettingFault[]) {
    const lines = faults.map(({ name, problem, example }) => `  ${name} ${problem}\n    for example: ${example}`);
    super(`${faults.length === 1 ? 'A setting is' : `${faults.length} settings are`} wrong:\n${lines.join('\n')}`);
  }
}
