import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { runScript } from '../testing/fake-page.js';
import { pick } from '../testing/pick.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';
import { page } from './page.js';

const script = /<script>([^]*)<\/script>/.exec(page)?.[1] ?? '';

it('has a script that can be read, and nothing from elsewhere', () => {
  expect(() => new Script(script)).not.toThrow();
  expect(page).not.toMatch(/https?:|src="|\son\w+="/);
});

it('has every element that its script looks up', () => {
  const wanted = [...page.matchAll(/get\('([a-z]+)'\)/g)].map(([, id]) => id);
  expect(wanted.length).toBeGreaterThan(5);
  for (const id of wanted) expect(page).toContain(`id="${id}"`);
});

it('shows what is, and does what its buttons say', async () => {
  const sandbox = await sandboxUnderTest();
  const state = async (): Promise<unknown> => (await sandbox.control('GET', '')).json();
  const get = runScript(script, sandbox.url);
  await expect.poll(() => get('title').textContent).not.toBe('');
  expect(get('title').textContent).toBe(pick(await state(), 'listener', 'title'));
  expect(get('scenarios').children.length).toBeGreaterThan(20);
  expect(get('standing').textContent).toBe('the owner has Premium, no app is linked.');

  await sandbox.control('POST', '/spotify/tokens', {});
  const [premium, unregistered] = get('faults').children;
  await premium?.press();
  expect(get('standing').textContent).toBe('the owner has no Premium, linked: Listening at home.');
  expect(pick(await state(), 'spotify', 'switches', 'premium')).toBe(false);
  await premium?.press();
  expect(pick(await state(), 'spotify', 'switches', 'premium')).toBe(true);
  await unregistered?.press();
  expect(unregistered?.getAttribute('aria-pressed')).toBe('true');
  expect(pick(await state(), 'spotify', 'inForce')).toMatchObject([{ scenario: 'not-registered' }]);
  await unregistered?.press();
  expect(pick(await state(), 'spotify', 'inForce')).toEqual([]);
  await get('revoke').press();
  expect(get('standing').textContent).toBe('the owner has Premium, no app is linked.');

  // Each is one that the sandbox knows.
  for (const fault of get('faults').children) {
    await fault.press();
    expect([get('problem').textContent, fault.getAttribute('aria-pressed')]).toEqual(['', 'true']);
  }
  await get('stop').press();
  expect(get('force').textContent).toBe('idle for all methods');
  await get('well').press();
  for (const fault of get('faults').children) expect(fault.getAttribute('aria-pressed')).toBe('false');

  const paused = get('spotifyscenarios').children.find(({ dataset }) => dataset['scenario'] === 'paused');
  await paused?.press();
  expect(get('spotifyforce').textContent).toBe('paused for all endpoints');
  expect(paused?.getAttribute('aria-pressed')).toBe('true');
  expect(get('force').textContent).toBe('Nothing is wrong.');
});
