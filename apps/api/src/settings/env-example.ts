import { settingsOf } from '#listening';
import { SETTINGS_CLASSES } from './read-settings.js';

/** The text of `.env.example`: every setting with its purpose, where to get it, and its default. */
export function envExample(): string {
  const blocks = SETTINGS_CLASSES.flatMap((type) =>
    [...settingsOf(type)].map(([name, { description, example, default: fallback, secret, source }]) => {
      const lines = [description];
      if (source) lines.push(`Get it at ${source}`);
      lines.push(fallback === undefined ? 'Default: none.' : `Default: ${fallback}`);
      if (secret) lines.push(`Secret: can be given as a file instead, by ${name}_FILE.`);
      // That of a secret with spaces in it says how to get one.
      const value = example.includes(' ') ? (secret ? '' : `'${example}'`) : example;
      return [...lines.map((line) => `# ${line}`), `#${name}=${value}`].join('\n');
    }),
  );
  const head =
    '# Settings of Tonearm. Copy this file to .env and take the "#" away from what you set.\n' +
    "# A value with a # or spaces in it goes between quotes: ADMIN_TOKEN='…#…'";
  return `${[head, ...blocks].join('\n\n')}\n`;
}
