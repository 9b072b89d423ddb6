import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type RunningProvider, RunningProviders } from '../../providers/running-providers.js';
import { DailyCalls } from '../../upstream/daily-calls.js';
import type { ArchiveError } from '../archive/archive-error.js';
import { BackupFiles } from '../backup-files.js';
import type { Trouble } from '../backup-row.js';
import type { Held } from '../jobs/library-jobs.js';
import { LibraryWorker, expectAccount } from '../jobs/library-worker.js';
import { MOST_REFUSALS } from '../reading/lacks.js';
import { LibraryRestore } from './library-restore.js';
import { PartCourse } from './part-course.js';
import { PresentLibrary } from './present-library.js';
import { RestoreHand } from './restore-hand.js';
import { type Figures, addCannot, unknownOutcome } from './restore-report.js';
import { type RestoreClaim, RestoreStore } from './restore-store.js';

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

  protected override serves({ reads }: RunningProvider): boolean {
    return reads.libraryWrites !== null;
  }

  protected override take(held: Held): Promise<RestoreClaim | null> {
    return this.store.take(held);
  }

  protected override nameOf({ restore }: RestoreClaim): string {
    return `The restore of ${restore.backupName}`;
  }

  protected override folderFault(): Promise<ArchiveError | null> {
    return this.files.folderFault();
  }

  protected override async make(claim: RestoreClaim, running: RunningProvider, signal: AbortSignal): Promise<void> {
    try {
      await this.restore(claim, running, signal);
    } finally {
      await this.store.letGo(claim);
    }
  }

  private async restore(claim: RestoreClaim, running: RunningProvider, signal: AbortSignal): Promise<void> {
    const { provider } = running;
    const own = await running.ofAccount();
    const { library, libraryWrites: writes } = own;
    const { library: shape } = provider;
    if (!library || !writes || !shape?.writes) throw new Error(`${provider.id} has no library to write.`);
    const { account, backupName, wanted } = claim.restore;
    const profile = await own.profile({ signal });
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
      isPassedOver: async (part) => (await this.store.jobs.noteRefusal(claim, part)) >= MOST_REFUSALS,
      madeAnew: () => memory.all(),
    });
    const settled = await this.store.settled(claim.id);
    let cannot = settled.reduce((sum, { cannotCount }) => sum + cannotCount, 0);
    for await (const work of restore.work(new Set(settled.map(({ part }) => part)))) {
      const { report } = work;
      const begun = await this.store.plan(claim, report);
      const doubt = work.isUnseen ? begun.before?.inDoubt : null;
      if (doubt) addCannot(report, { what: report.title, reason: unknownOutcome(doubt) });
      const course = new PartCourse({ work, ...begun });
      const before = async (hand: RestoreHand, coming: Figures): Promise<void> => {
        signal.throwIfAborted();
        allow();
        await this.store.step(claim, course.standing(hand, coming));
      };
      const hand = new RestoreHand({ writes, limits: shape.writes, memory, before });
      try {
        await hand.carryOut(work);
        const { playlistId: id } = hand;
        // What was refused is missing, and the rest may not have been tried: whoever looks cannot tell that from a change.
        if (work.kind === 'playlist' && id !== null && hand.refused === 0) {
          const reason = await restore.lookAgain(work, id);
          if (reason !== null) addCannot(report, { what: report.title, reason });
        }
      } finally {
        if (hand.hasAsked) await this.store.leave(claim, course.standing(hand), hand.hasGotOn);
      }
      cannot += report.cannotCount;
      await this.store.settle(claim, course.outcome(hand));
    }
    const state = cannot > 0 ? 'complete_with_omissions' : 'complete';
    await this.store.end(claim, state, null);
    this.logger.log(`${this.nameOf(claim)} is ${state.replaceAll('_', ' ')}.`);
  }

  protected override fail(claim: RestoreClaim, trouble: Trouble): Promise<void> {
    return this.store.end(claim, 'failed', trouble);
  }
}
