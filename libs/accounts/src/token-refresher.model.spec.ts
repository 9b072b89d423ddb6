import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FailpointName } from './failpoint.js';
import type { Accounts } from './open-accounts.js';
import { Crash, type Killer, makeKiller } from './testing/crash.js';
import { type Workshop, openWorkshop } from './testing/room.js';
import { openedRow } from './testing/row.js';
import { ROTATIONS } from './testing/token-authority.js';
import { drops, dropsAfterCommit, says, sendsHalf } from './testing/token-server.js';

const FAULTS = { drops, dropsAfterCommit, sendsHalf, fault: says(503, '') };
const POINTS: readonly FailpointName[] = [
  'claim-before-send',
  'after-send',
  'after-response',
  'before-commit',
  'after-commit',
];

/** What happens in one step: some processes want a token at once, the upstream may fail, one process may be killed. */
const step = fc.record({
  who: fc.subarray([0, 1, 2], { minLength: 1 }),
  ahead: fc.boolean(),
  kill: fc.option(fc.record({ who: fc.constantFrom(0, 1, 2), at: fc.constantFrom(...POINTS) }), { freq: 2 }),
  fault: fc.option(fc.constantFrom('drops', 'dropsAfterCommit', 'sendsHalf', 'fault'), { freq: 4 }),
});

let shop: Workshop;
let processes: { accounts: Accounts; killer: Killer }[];

beforeAll(async () => {
  shop = await openWorkshop();
  processes = await Promise.all(
    [1, 2, 3].map(async () => {
      const prisma = await shop.ownPool();
      const killer = makeKiller(shop.server.authority);
      return { killer, accounts: await shop.process({ prisma, failpoint: killer.failpoint, waitMs: 0 }) };
    }),
  );
});
afterAll(() => shop.close());

it('whatever happens in whatever order, no two requests overlap and no living token is lost unflagged', async () => {
  const { authority } = shop.server;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROTATIONS),
      fc.array(step, { minLength: 1, maxLength: 4 }),
      async (rotation, steps) => {
        await shop.prisma.accountGrant.deleteMany();
        authority.rotation = rotation;
        const [first] = processes;
        if (!first) throw new Error('There are no processes.');
        const { id, family } = await shop.link(first.accounts);
        for (const { who, ahead, kill, fault } of steps) {
          await (ahead ? shop.prisma.$executeRaw`UPDATE account_grants SET refresh_at = now()` : shop.endAccess());
          const victim = kill && processes[kill.who];
          if (victim) victim.killer.at = kill.at;
          if (fault) shop.server.fail(FAULTS[fault]);
          await Promise.allSettled(
            processes
              .filter((_, index) => who.includes(index))
              .map(({ accounts }) =>
                ahead ? accounts.refresher.refreshAhead(id) : accounts.refresher.accessToken(id),
              ),
          );
          if (victim) victim.killer.at = null;
          shop.server.clear();
          await expect.poll(() => authority.isIdle, { interval: 2 }).toBe(true);
          await shop.endLeases();
          await shop.endCooldowns();
        }
        // Everybody is well again.
        for (let round = 0; round < 2; round += 1) {
          await shop.endAccess();
          await first.accounts.refresher.accessToken(id).catch((error: unknown) => {
            if (error instanceof Crash) throw error;
          });
          await shop.endCooldowns();
        }
        const row = await openedRow(shop, first.accounts, id);
        const living = authority.living(family);
        expect(authority.overlaps).toBe(0);
        if (rotation === 'rotate-strict' && living.length === 0) {
          expect(row).toMatchObject({ status: 'needs_consent', statusReason: 'in_doubt' });
        } else {
          expect(row.status).toBe('ok');
          expect(living).toContain(row.refreshToken);
        }
      },
    ),
    { seed: 20261121, numRuns: 100, endOnFailure: true },
  );
});
