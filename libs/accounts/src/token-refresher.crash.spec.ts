import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FailpointName } from './failpoint.js';
import { Crash, makeKiller } from './testing/crash.js';
import { type Workshop, openWorkshop } from './testing/room.js';
import { openedRow } from './testing/row.js';
import { ROTATIONS, type Rotation } from './testing/token-authority.js';
import { dropsAfterCommit, says } from './testing/token-server.js';

let shop: Workshop;

beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());
beforeEach(() => shop.prisma.accountGrant.deleteMany());

const POINTS = ['claim-before-send', 'after-send', 'after-response', 'before-commit', 'after-commit'] as const;
/** From the upstream's own commit to ours, where nobody but the upstream can help. */
const WINDOW: ReadonlySet<FailpointName> = new Set(['after-send', 'after-response', 'before-commit']);

const cases = ROTATIONS.flatMap((rotation) => POINTS.map((point) => [rotation, point] as const));

/** Links, lets the token run out, and kills the process that refreshes it. */
async function crashAt(rotation: Rotation, point: FailpointName, before = 0) {
  const { authority } = shop.server;
  authority.rotation = rotation;
  const killer = makeKiller(authority);
  const doomed = await shop.process({ failpoint: killer.failpoint });
  const link = await shop.link(doomed);
  for (let round = 0; round < before; round += 1) {
    await shop.endAccess();
    await doomed.refresher.accessToken(link.id);
  }
  await shop.endAccess();
  killer.at = point;
  await expect(doomed.refresher.accessToken(link.id)).rejects.toThrow(Crash);
  return { ...link, doomed };
}

describe.each([0, 2])('a process that is killed after %i refreshes', (before) => {
  it.each(cases)('with %s at %s loses no living token', async (rotation, point) => {
    const { id, family, doomed } = await crashAt(rotation, point, before);
    const { authority } = shop.server;
    const tokens = await openedRow(shop, doomed, id);
    await shop.endLeases();
    const fresh = await shop.process();
    const requests = authority.requestsFor(family);
    await fresh.schedule.tick();
    const row = await openedRow(shop, fresh, id);

    if (rotation === 'rotate-strict' && WINDOW.has(point)) {
      expect(row).toMatchObject({
        status: 'needs_consent',
        statusReason: 'in_doubt',
        refreshToken: tokens.refreshToken,
        previousRefreshToken: tokens.previousRefreshToken,
      });
      await expect(fresh.refresher.accessToken(id)).rejects.toMatchObject({ code: 'reauthorization_required' });
    } else {
      expect(row).toMatchObject({ status: 'ok', statusReason: null, inDoubt: false });
      expect(authority.isAlive(row.refreshToken ?? '')).toBe(true);
      expect(await fresh.refresher.accessToken(id)).not.toBe('');
      expect(authority.requestsFor(family)).toBe(requests + (point === 'after-commit' ? 0 : 1));
      await shop.endAccess();
      await fresh.refresher.accessToken(id);
    }
    expect(authority.overlaps).toBe(0);
  });
});

describe('after a crash', () => {
  it('nobody sends anything before the lease is over', async () => {
    const { id, family } = await crashAt('rotate', 'claim-before-send');
    const other = await shop.process({ waitMs: 200 });
    await other.schedule.tick();
    await expect(other.refresher.accessToken(id)).rejects.toMatchObject({ code: 'upstream_timeout' });
    expect(shop.server.authority.requestsFor(family)).toBe(0);
  });

  it('a second crash in a row loses nothing either', async () => {
    const { id, family } = await crashAt('rotate', 'before-commit');
    for (const point of ['after-response', 'claim-before-send', 'before-commit'] as const) {
      await shop.endLeases();
      const killer = makeKiller(shop.server.authority);
      const doomed = await shop.process({ failpoint: killer.failpoint });
      killer.at = point;
      await expect(doomed.refresher.accessToken(id)).rejects.toThrow(Crash);
    }
    await shop.endLeases();
    const fresh = await shop.process();
    await fresh.refresher.accessToken(id);
    expect(shop.server.authority.living(family)).toContain((await openedRow(shop, fresh, id)).refreshToken);
  });

  it('an upstream that is away at the next start does not end the doubt', async () => {
    const { id } = await crashAt('rotate-strict', 'before-commit');
    await shop.endLeases();
    const fresh = await shop.process();
    shop.server.fail(says(400, { error: 'temporarily_unavailable' }));
    await expect(fresh.refresher.accessToken(id)).rejects.toMatchObject({ code: 'upstream_error' });
    expect(await openedRow(shop, fresh, id)).toMatchObject({ status: 'ok', inDoubt: true, attemptState: 'failed' });
    for (let round = 0; round < 2; round += 1) {
      await shop.endCooldowns();
      await expect(fresh.refresher.accessToken(id)).rejects.toThrow();
    }
    expect((await fresh.links.list())[0]).toMatchObject({ status: 'needs_consent', reason: 'in_doubt' });
  });

  it('the token before is tried when the one that was sent is refused', async () => {
    const { authority } = shop.server;
    const { id, doomed } = await crashAt('rotate-grace', 'claim-before-send', 1);
    const row = await openedRow(shop, doomed, id);
    expect(row.previousRefreshToken).not.toBe(null);
    // The upstream has lost its last minute: it knows the token before and not the one that it gave.
    authority.forget(row.refreshToken ?? '');
    await shop.endLeases();
    const fresh = await shop.process();
    await fresh.refresher.accessToken(id);
    const after = await openedRow(shop, fresh, id);
    expect(after.status).toBe('ok');
    expect(authority.isAlive(after.refreshToken ?? '')).toBe(true);
  });

  it('an answer that is lost without a crash loses nothing that lives', async () => {
    for (const rotation of ROTATIONS) {
      shop.server.authority.rotation = rotation;
      const accounts = await shop.process();
      const { id, family } = await shop.link(accounts);
      await shop.endAccess();
      shop.server.fail(dropsAfterCommit);
      await expect(accounts.refresher.accessToken(id)).rejects.toThrow();
      await shop.endCooldowns();
      const again = await accounts.refresher.accessToken(id).catch(() => 'refused');
      const row = await openedRow(shop, accounts, id);
      if (rotation === 'rotate-strict')
        expect([again, row.status, row.statusReason]).toEqual(['refused', 'suspect', 'in_doubt']);
      else expect(shop.server.authority.living(family)).toContain(row.refreshToken);
      expect(row.attemptHash).not.toBe(null);
    }
  });
});
