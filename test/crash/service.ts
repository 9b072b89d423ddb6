import 'reflect-metadata';
import type { FailpointName } from '#accounts';
import { type PrismaClient, openDatabase } from '#database';
import { createApp } from '../../apps/api/src/app.setup.js';
import { databaseLog, startLogging } from '../../apps/api/src/logging.js';
import { loadSettings } from '../../apps/api/src/settings/settings.module.js';
import { type Order, type Report, orderIn } from './messages.js';

/** How often it looks after its tokens unasked: all the time, by the measure of a test. */
const EVERY_MS = 200;

let ordered: Exclude<Order, { kind: 'go' }> = { kind: 'stop', at: null };
let go = (): void => undefined;

function tell(report: Report): void {
  process.send?.(report);
}

process.on('message', (message) => {
  const order = orderIn(message);
  if (order.kind === 'go') {
    go();
    return;
  }
  ordered = order;
  tell({ kind: 'understood' });
});

// Nobody is left who would end it.
process.on('disconnect', () => process.exit(1));

/** Says whose claim it is, so that after a kill this lease can be ended and no living one, and does at a point what it was told to. */
function failpointOn(prisma: PrismaClient): (name: FailpointName) => Promise<void> {
  let owner: string | undefined;
  return async (name) => {
    if (name === 'claim-before-send') {
      owner ??= await leaseOwner(prisma);
      tell({ kind: 'claimed', owner });
    }
    const { kind, at } = ordered;
    if (name !== at) return;
    // From within, so that not even what it has begun can end: nothing runs after this.
    if (kind === 'die') process.kill(process.pid, 'SIGKILL');
    ordered = { kind: 'stop', at: null };
    const released = new Promise<void>((resolve) => (go = resolve));
    tell({ kind: 'stands', at });
    await released;
  };
}

/** There is one grant, and this process has just claimed it. */
async function leaseOwner(prisma: PrismaClient): Promise<string> {
  const { leaseOwner: owner } = await prisma.accountGrant.findFirstOrThrow({ select: { leaseOwner: true } });
  if (owner === null) throw new Error('A claim has left no owner.');
  return owner;
}

/** The service as it always is, but for the failpoint and how often it looks after its tokens. */
async function main(): Promise<void> {
  const settings = await loadSettings();
  const { DATABASE_URL = '', DATA_DIR, HOST, PORT } = settings.platform;
  const logger = startLogging(settings.platform);
  const database = await openDatabase({ dataDir: DATA_DIR, log: databaseLog(), databaseUrl: DATABASE_URL });
  const tuning = { failpoint: failpointOn(database.prisma), everyMs: EVERY_MS };
  const app = await createApp(settings, database, logger, tuning);
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(PORT, HOST);
  tell({ kind: 'ready' });
}

await main();
