import type { Stage } from './sandbox.js';
import type { Service } from './service.js';

export const OWNER = 'the-owner-of-these-tests-0123456789abcdef';
export const AS_OWNER = { authorization: `Bearer ${OWNER}`, accept: 'application/json' };

/** Sends a request as the owner, with a body in JSON if there is one. */
export async function asOwner(
  { url }: Service,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url + path, {
    method,
    headers: { ...AS_OWNER, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

/** Links an account as a program does: asks where to agree, agrees, and hands in the address. */
export async function linkByProgram(service: Service, stage: Stage, query = ''): Promise<unknown> {
  await stage.control('PUT', '/control/spotify/switches', { consent: 'agree' });
  const begun = (await asOwner(service, 'GET', `/auth?force=1${query}`)).body as { auth_url: string };
  const consent = await fetch(begun.auth_url, { redirect: 'manual' });
  const linked = await asOwner(service, 'POST', '/callback', { url: consent.headers.get('location') });
  if (linked.status !== 200) throw new Error(`Not linked: ${JSON.stringify(linked.body)}`);
  return linked.body;
}
