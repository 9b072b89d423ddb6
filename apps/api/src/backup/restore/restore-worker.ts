import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type RunningProvider, RunningProviders } from '../../providers/running-providers.js';
import { DailyCalls } from '../../upstream/daily-calls.js';
import { BackupFiles } from '../backup-files.js';
import type { Trouble } from '../backup-row.js';
import type { Held } from '../library-jobs.js';
import { LibraryWorker, expectAccount } from '../library-worker.js';
import { LibraryRestore } from './library-restore.js';
import { PresentLibrary } from './present-library.js';
import { RestoreHand } from './restore-hand.js';
import { type PartReport, addCannot } from './restore-report.js';
import { type Done, type RestoreClaim, RestoreStore } from './restore-store.js';

const AGAIN = 'Restore the backup again: what is there already is not touched.';

/** Carries out the restores that are due. */
@Injectable()
export class RestoreWorker extends LibraryWorker<RestoreClaim> implements OnApplicationBootstrap {
  constructor(
    private readonly store: RestoreStore,
    private readonly files: BackupFiles,
    providers: RunningProviders,
    calls: DailyCalls,
  ) {
    super({ logger: new Logger('Restore'), jobs: store.jobs, providers, calls, remedy: AGAIN });
  }

  /** One that is cancelled ends at once, whatever it is at; a call that changes something is left to end. */
  protected override onNews(heard: () => void): void {
    this.store.onNews(heard);
  }

  protected override serves({ reads }: RunningProvider): boolean {
    return reads.libraryWrites !== null;
  }

  protected override take(held: Held): Promise<RestoreClaim | null> {
    return this.store.take(held);
  }

  protected override nameOf({ restore }: RestoreClaim): string {
    return `The restore of ${restore.backupName}`;
  }

  protected override async make(claim: RestoreClaim, running: RunningProvider, signal: AbortSignal): Promise<void> {
    const { provider, reads } = running;
    const { library, libraryWrites: writes } = reads;
    const { library: shape } = provider;
    if (!library || !writes || !shape?.writes) throw new Error(`${provider.id} has no library to write.`);
    const { account, backupName, wanted } = claim.restore;
    const profile = await running.probe.profile({ signal });
    expectAccount(account, { id: profile.name, name: profile.displayName }, AGAIN);
    const allow = (): void => {
      this.keepToBudget(running);
    };
    const memory = this.store.memory(provider.id, account.id);
    const restore = new LibraryRestore({
      archive: await this.files.open(backupName),
      displayName: provider.displayName,
      shape,
      present: new PresentLibrary(library, signal, allow),
      account,
      wanted,
      madeAnew: () => memory.all(),
    });
    const settled = await this.store.settled(claim.id);
    let cannot = settled.reduce((sum, { cannotCount }) => sum + cannotCount, 0);
    for await (const work of restore.work(new Set(settled.map(({ part }) => part)))) {
      const { report } = work;
      const first = await this.store.plan(claim, report);
      const earlier = {
        added: Math.max(0, first.add - report.add),
        removed: Math.max(0, first.remove - report.remove),
      };
      const doneBy = ({ added, removed }: RestoreHand): Done => {
        const [allAdded, allRemoved] = [earlier.added + added, earlier.removed + removed];
        const total = first.add + first.remove;
        return { list: report.part, done: allAdded + allRemoved, total, added: allAdded, removed: allRemoved };
      };
      const before = async (hand: RestoreHand): Promise<void> => {
        signal.throwIfAborted();
        allow();
        await this.store.step(claim, doneBy(hand));
      };
      const hand = new RestoreHand({ writes, limits: shape.writes, memory, before });
      const outcome = (): PartReport => {
        const { added, removed } = doneBy(hand);
        return { ...report, action: first.action, add: added, remove: removed };
      };
      try {
        await hand.carryOut(work);
        const { playlistId: id, refused } = hand;
        if (work.kind === 'playlist' && id !== null && (await restore.hasChanged(work, { id, refused }))) {
          addCannot(report, {
            what: report.title,
            reason: 'It was changed while it was restored. Restore it once more.',
          });
        }
      } finally {
        if (hand.added + hand.removed > 0) {
          await this.store.gotOn(claim, doneBy(hand));
          await this.store.leave(claim, outcome());
        }
      }
      cannot += report.cannotCount;
      await this.store.settle(claim, outcome());
    }
    const state = cannot > 0 ? 'complete_with_omissions' : 'complete';
    await this.store.end(claim, state, null);
    this.logger.log(`${this.nameOf(claim)} is ${state.replaceAll('_', ' ')}.`);
  }

  protected override fail(claim: RestoreClaim, trouble: Trouble): Promise<void> {
    return this.store.end(claim, 'failed', trouble);
  }

  protected override spread(): Promise<void> {
    return this.store.spread();
  }
}
