import { describe, expect, it } from 'vitest';
import { useHarness } from '../support/harness.js';
import { type Service, startService } from '../support/service.js';

const harness = useHarness();
const NAMED = 'https://blog.example.org';
const SECOND = 'http://localhost:3000';

/** One that names two origins, the first in other letters than browsers write. */
function naming(): Promise<Service> {
  return harness.freshService((folder, env) =>
    startService(folder, { ...env, CORS_ORIGINS: `https://Blog.Example.org, ${SECOND}` }),
  );
}

async function allowed({ url }: Service, path: string, origin?: string): Promise<string | null> {
  const answer = await fetch(url + path, { headers: origin === undefined ? {} : { origin } });
  await answer.text();
  // A cache between must not hand one page what is for another.
  expect(answer.headers.get('vary')).toContain('Origin');
  return answer.headers.get('access-control-allow-origin');
}

describe('pages of other origins', () => {
  it('may read when they are named, each for itself, and no others', async () => {
    const service = await naming();
    // Twice: what was answered once may be repeated.
    for (const path of ['/currently-playing', '/currently-playing', '/profile', '/profile', '/nothing']) {
      expect([path, await allowed(service, path, NAMED)]).toEqual([path, NAMED]);
      expect([path, await allowed(service, path, SECOND)]).toEqual([path, SECOND]);
      expect([path, await allowed(service, path, 'https://evil.example')]).toEqual([path, null]);
      expect([path, await allowed(service, path)]).toEqual([path, null]);
    }
  });

  it('read the headers that tell how old an answer is, and when to come again', async () => {
    const { headers } = await fetch(`${harness.shared.url}/profile`, { headers: { origin: NAMED } });
    const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ');
    expect(exposed.sort()).toEqual(['Age', 'Cache-Status', 'Date', 'ETag', 'Retry-After']);
  });

  it.each(['/admin/session', '/auth', '/callback?code=a&state=b'])('may never read %s', async (path) => {
    const service = await naming();
    const answer = await fetch(service.url + path, { headers: { origin: NAMED }, redirect: 'manual' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
