import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Accounts } from './open-accounts.js';
import { type Workshop, openWorkshop } from './testing/room.js';
import { openedRow } from './testing/row.js';
import { says } from './testing/token-server.js';

let shop: Workshop;
/** Three with pools of their own, as three processes have them. */
let processes: Accounts[];

beforeAll(async () => {
  shop = await openWorkshop();
  processes = await Promise.all([1, 2, 3].map(async () => shop.process({ prisma: await shop.ownPool() })));
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.prisma.accountGrant.deleteMany();
  shop.server.authority.rotation = 'rotate-strict';
});

function nth(index: number): Accounts {
  const one = processes[index % processes.length];
  if (!one) throw new Error('There is no such process.');
  return one;
}

async function expired(): Promise<{ id: string; family: string; accessToken: string }> {
  const link = await shop.link(nth(0));
  await shop.endAccess();
  return link;
}

const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });

describe('callers at once', () => {
  it('fifty in one process cause one request', async () => {
    const { id, family } = await expired();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => nth(0).refresher.accessToken(id)));
    expect(new Set(tokens).size).toBe(1);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('in one process wait for the same answer, not for each other', async () => {
    const { id } = await expired();
    const impatient = await shop.process({ waitMs: 0 });
    const tokens = await Promise.all(Array.from({ length: 50 }, () => impatient.refresher.accessToken(id)));
    expect(new Set(tokens).size).toBe(1);
  });

  it('fifty in three processes cause one request', async () => {
    const { id, family } = await expired();
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => nth(index).refresher.accessToken(id)));
    expect(new Set(tokens).size).toBe(1);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
    expect(shop.server.authority.overlaps).toBe(0);
  });

  it('with the same rejected token cause one request, with an older one none', async () => {
    const { id, family, accessToken } = await shop.link(nth(0));
    const all = () =>
      Promise.all(Array.from({ length: 30 }, (_, index) => nth(index).refresher.accessToken(id, accessToken)));
    const tokens = await all();
    expect(new Set([...tokens, ...(await all())]).size).toBe(1);
    expect(tokens[0]).not.toBe(accessToken);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('for many grants, many rounds, never make two requests for one grant at a time', async () => {
    const links = await Promise.all(Array.from({ length: 8 }, () => shop.link(nth(0))));
    for (let round = 0; round < 4; round += 1) {
      await shop.endAccess();
      await Promise.all(
        links.flatMap(({ id }) => [0, 1, 2].map((index) => nth(index + round).refresher.accessToken(id))),
      );
    }
    expect(shop.server.authority.overlaps).toBe(0);
    for (const { family } of links) expect(shop.server.authority.requestsFor(family)).toBe(4);
    expect(shop.server.authority.replays).toBe(0);
  });

  it('use the old token while it is valid, and do not wait for another process', async () => {
    const { id, family, accessToken } = await shop.link(nth(0));
    await shop.prisma.$executeRaw`UPDATE account_grants SET refresh_at = now()`;
    const release = shop.server.hold();
    const ahead = nth(0).refresher.refreshAhead(id);
    await eventually(() => shop.server.authority.requestsFor(family)).toBe(1);
    expect(await nth(1).refresher.accessToken(id)).toBe(accessToken);
    await nth(1).refresher.refreshAhead(id);
    release();
    await ahead;
    expect(await nth(1).refresher.accessToken(id)).not.toBe(accessToken);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('do not wait for ever for a process that holds the lease', async () => {
    const { id } = await expired();
    await shop.prisma.$executeRaw`UPDATE account_grants SET lease_until = now() + interval '30 s'`;
    const impatient = await shop.process({ waitMs: 300 });
    await expect(impatient.refresher.accessToken(id)).rejects.toMatchObject({ code: 'upstream_timeout' });
  });
});

describe('a process that comes late', () => {
  /** The first process is stopped at a request until its lease is over and the second has refreshed. */
  async function overtaken(id: string, family: string): Promise<() => Promise<unknown>> {
    const release = shop.server.hold();
    const late = nth(0).refresher.accessToken(id);
    await eventually(() => shop.server.authority.requestsFor(family)).toBe(1);
    await shop.endLeases();
    return () => {
      release();
      return late;
    };
  }

  it('with tokens changes nothing when others have come meanwhile', async () => {
    shop.server.authority.rotation = 'rotate';
    const { id, family } = await expired();
    const finish = await overtaken(id, family);
    // The owner agrees again.
    const given = shop.server.authority.consent();
    const [link] = await nth(1).links.list();
    await nth(1).links.save({
      provider: link?.provider ?? '',
      clientId: link?.clientId ?? '',
      account: link?.account ?? { id: '', name: '' },
      scopes: link?.scopes ?? [],
      tokens: { accessToken: given.accessToken, refreshToken: given.refreshToken, expiresIn: 3600, scopes: null },
    });
    const before = await openedRow(shop, nth(1), id);
    expect(await finish()).toBe(given.accessToken);
    expect(await openedRow(shop, nth(1), id)).toEqual(before);
  });

  it('with a refusal changes nothing either', async () => {
    const { id, family } = await expired();
    shop.server.fail(says(400, { error: 'invalid_grant' }));
    const finish = await overtaken(id, family);
    const row = await openedRow(shop, nth(1), id);
    // As a second process leaves it that has claimed, exchanged and landed.
    await shop.prisma.accountGrant.update({
      where: { id },
      data: {
        fence: row.fence + 1,
        version: row.version + 1,
        leaseUntil: null,
        attemptState: 'done',
        attemptHash: 'another',
        accessExpiresAt: new Date(Date.now() + 3_600_000),
      },
    });
    const before = await openedRow(shop, nth(1), id);
    await finish();
    expect(await openedRow(shop, nth(1), id)).toEqual(before);
    expect(before.status).toBe('ok');
  });

  it('with the only living tokens still brings them in', async () => {
    const { id, family } = await expired();
    const finish = await overtaken(id, family);
    // Another has claimed it, been refused for want of the tokens that are still on their way, and given up.
    await shop.prisma.accountGrant.update({
      where: { id },
      data: {
        fence: { increment: 1 },
        leaseUntil: null,
        attemptState: 'failed',
        status: 'needs_consent',
        statusReason: 'in_doubt',
      },
    });
    await finish();
    const row = await openedRow(shop, nth(1), id);
    expect(row).toMatchObject({ status: 'ok', statusReason: null, inDoubt: false });
    expect(shop.server.authority.living(family)).toEqual([row.refreshToken]);
  });
});
