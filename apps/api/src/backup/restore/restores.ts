import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Accounts } from '#accounts';
import { type LibraryReads, type LibraryShape, ProviderError } from '#listening';
import { ACCOUNTS } from '../../accounts/index.js';
import { Problem } from '../../problem/problem.js';
import { type RunningProvider, RunningProviders } from '../../providers/running-providers.js';
import type { Archive } from '../archive/archive.js';
import { playlistIn } from '../archive/list-names.js';
import type { Account } from '../backup-row.js';
import type { Backup } from '../backup-store.js';
import { Backups } from '../backups.js';
import { PLAYLIST_INDEX } from '../reading/reading-store.js';
import { LibraryRestore } from './library-restore.js';
import { PresentLibrary } from './present-library.js';
import type { PartReport, Wanted } from './restore-report.js';
import { NO_TALLY, type Restore, RestoreStore, type Tally } from './restore-store.js';
import { RestoreWorker } from './restore-worker.js';

/** How often it is looked whether the last call of one that is cancelled has ended. */
const LOOK_EVERY_MS = 250;

/** What the owner asks for. */
export interface RestoreWish extends Wanted {
  /** Whether it may be another account than that of the backup. */
  intoOtherAccount: boolean;
}

/** What would be done. */
export interface RestorePlan {
  backup: Backup;
  account: Account;
  parts: PartReport[];
}

/** A restore with what has come of it. */
export interface RestoreOutcome {
  restore: Restore;
  tally: Tally;
  parts: PartReport[];
}

/** A restore that may begin. */
interface Prepared {
  backup: Backup;
  archive: Archive;
  running: RunningProvider;
  library: LibraryReads;
  shape: LibraryShape;
  account: Account;
}

/** What the owner does with restores. */
@Injectable()
export class Restores implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: RestoreStore,
    private readonly worker: RestoreWorker,
    private readonly backups: Backups,
    private readonly providers: RunningProviders,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
  ) {}

  /** Nobody who waits keeps the service from stopping. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Works out what would be done, from what is there now. Changes nothing. @throws Problem, ProviderError, ArchiveError */
  async plan(backupId: string, wish: RestoreWish, signal: AbortSignal): Promise<RestorePlan> {
    const prepared = await this.prepare(backupId, wish, signal);
    const { backup, account } = prepared;
    const parts: PartReport[] = [];
    for await (const { report } of this.restoreOf(prepared, wish, signal).work()) parts.push(report);
    return { backup, account, parts };
  }

  /** @throws Problem, ProviderError, ArchiveError */
  async begin(backupId: string, wish: RestoreWish, signal: AbortSignal): Promise<RestoreOutcome> {
    const prepared = await this.prepare(backupId, wish, signal);
    const { backup, account, running } = prepared;
    await this.restoreOf(prepared, wish, signal).expectIntact();
    const { lists, removeOthers } = wish;
    const { id: provider, displayName } = running.provider;
    const made = await this.store.create({
      backupId,
      backupName: backup.name,
      provider,
      account,
      wanted: { lists, removeOthers },
    });
    if (typeof made === 'string') {
      throw new Problem(
        'conflict',
        `There is ${made} of ${displayName} under way.`,
        `Wait until it has ended: GET ${made === 'a backup' ? '/admin/backups' : '/admin/restores'} tells.`,
      );
    }
    this.worker.look();
    this.store.jobs.spread();
    return this.outcomeOf(made);
  }

  /** Without their parts. */
  async list(): Promise<RestoreOutcome[]> {
    const restores = await this.store.list();
    const tallies = await this.store.tallies(restores.map(({ id }) => id));
    return restores.map((restore) => ({
      restore,
      tally: tallies.get(restore.id) ?? NO_TALLY,
      parts: [],
    }));
  }

  /** @throws Problem `not_found` */
  async get(id: string): Promise<RestoreOutcome> {
    const restore = await this.store.get(id);
    if (restore) return this.outcomeOf(restore);
    throw new Problem('not_found', 'There is no such restore.', 'GET /admin/restores lists them.');
  }

  /** As it stands; one that was cancelled only when no more comes of it. @throws Problem `not_found` */
  async getLetGo(id: string): Promise<RestoreOutcome> {
    const { signal } = this.stopping;
    for (;;) {
      const isLetGo = await this.store.isLetGo(id);
      const outcome = await this.get(id);
      if (signal.aborted || outcome.restore.state !== 'cancelled' || isLetGo) return outcome;
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends one that is under way; what it has put in stays. @throws Problem `not_found`, `conflict` */
  async cancel(id: string): Promise<RestoreOutcome> {
    const { restore } = await this.get(id);
    if (await this.store.cancel(restore)) return this.getLetGo(id);
    throw new Problem(
      'conflict',
      'This restore has ended already.',
      'Nothing to do here: GET /admin/restores/:id tells what came of it.',
    );
  }

  /** A folder that was taken up may be of a provider of another version. */
  private notRunning(id: string): ProviderError {
    if (this.providers.all.some(({ provider }) => provider.id === id)) return this.providers.notConfigured(id);
    return new ProviderError('not_supported', {
      message: `This service knows no provider ${JSON.stringify(id)}, of which the backup is.`,
      remedy: 'Restore it with the version of this service that made it, or download the backup and use its files.',
    });
  }

  private async outcomeOf(restore: Restore): Promise<RestoreOutcome> {
    const parts = await this.store.settled(restore.id);
    const sum = (of: (part: PartReport) => number) => parts.reduce((all, part) => all + of(part), 0);
    const tally = {
      added: sum(({ add }) => add),
      removed: sum(({ remove }) => remove),
      moved: sum(({ move }) => move),
      cannot: sum(({ cannotCount }) => cannotCount),
    };
    return { restore, tally, parts };
  }

  private restoreOf(
    { archive, running, library, shape, account }: Prepared,
    wanted: Wanted,
    signal: AbortSignal,
  ): LibraryRestore {
    const { provider } = running;
    const allow = (): void => {
      this.worker.keepToBudget(running);
    };
    return new LibraryRestore({
      archive,
      displayName: provider.displayName,
      shape,
      present: new PresentLibrary(library, signal, allow),
      account,
      wanted,
      isPassedOver: () => Promise.resolve(true),
      madeAnew: () => this.store.memory(provider.id, account.id).all(),
    });
  }

  private async prepare(backupId: string, wish: RestoreWish, signal: AbortSignal): Promise<Prepared> {
    const backup = await this.backups.get(backupId);
    const archive = await this.backups.archive(backupId);
    if (backup.state === 'failed') {
      throw new Problem(
        'conflict',
        'The files of this backup are not what they should be, so nothing is restored from it.',
        'Choose another backup: GET /admin/backups lists them.',
      );
    }
    const running = this.providers.get(backup.provider);
    if (!running) throw this.notRunning(backup.provider);
    const { provider, linking } = running;
    const own = await running.ofAccount();
    const { displayName, id, library: shape } = provider;
    const { library, libraryWrites } = own;
    if (!library || !libraryWrites || !shape?.writes) {
      throw new ProviderError('not_supported', {
        message: `Nothing can be put into a library of ${displayName}.`,
        remedy: 'Download the backup and use its files.',
      });
    }
    expectLists(wish.lists, shape);
    if (linking?.app) {
      const owner = { provider: id, clientId: linking.app.clientId };
      await this.accounts.credentials(owner, displayName).issue({ scopes: shape.writes.scopes });
    }
    const profile = await own.profile({ signal });
    const account = { id: profile.name, name: profile.displayName };
    const { account: before } = archive.manifest;
    if (account.id !== before.id && !wish.intoOtherAccount) {
      throw new Problem(
        'conflict',
        `The backup is of ${named(before)}, and ${named(account)} is linked.`,
        `Link the account of the backup at /auth, or restore with "intoOtherAccount": true.`,
      );
    }
    return { backup, archive, running, library, shape, account };
  }
}

/** @throws Problem for a list that the provider does not have */
function expectLists(lists: readonly string[], shape: LibraryShape): void {
  const known = new Set([...shape.lists.map(({ name }) => name), ...(shape.hasPlaylists ? [PLAYLIST_INDEX] : [])]);
  const strange = lists.find((list) => !known.has(list) && !(shape.hasPlaylists && playlistIn(list) !== null));
  if (strange === undefined) return;
  throw new Problem(
    'invalid_request',
    `lists names ${JSON.stringify(strange)}, which is no list of this backup's provider.`,
    `Choose from ${[...known].join(', ')}, or playlist: and the id of one.`,
  );
}

function named({ id, name }: Account): string {
  return name === id ? id : `${name} (${id})`;
}
