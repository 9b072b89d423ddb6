import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { page } from './page.js';

it('has a script that can be read, and nothing from elsewhere', () => {
  const script = /<script>([^]*)<\/script>/.exec(page)?.[1] ?? '';
  expect(() => new Script(script)).not.toThrow();
  expect(page).not.toMatch(/https?:|src="|\son\w+="/);
});

it('has every element that its script looks up', () => {
  const wanted = [...page.matchAll(/get\('([a-z]+)'\)/g)].map(([, id]) => id);
  expect(wanted.length).toBeGreaterThan(5);
  for (const id of wanted) expect(page).toContain(`id="${id}"`);
});
