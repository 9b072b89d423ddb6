import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { bulkhead } from 'cockatiel';
import type { Archive } from './archive.js';
import { ArchiveError, codeOf, readFailure } from './archive-error.js';
import { CsvScan } from './csv-scan.js';
import {
  ENTRY_GUARD,
  LIST_GUARD,
  PLAYLIST_FACTS_GUARD,
  PLAYLIST_GUARD,
  PLAYLISTS_GUARD,
  type ArchivedFile,
  type ArchivedList,
  type ArchivedPlaylists,
  type DocumentGuard,
} from './documents.js';
import { MANIFEST, MANIFEST_SUM, PROFILE, README, SCHEMA } from './file-names.js';
import { readItems } from './line-document.js';
import { chunks } from './lines.js';
import { playlistFrom } from './manifest-document.js';
import { isFolder } from './own-file.js';

/** One file can be wrong in so many places before the rest is only counted. */
const MOST_PER_FILE = 20;
const MOST_FILES = 500;
/** Lists that are looked at side by side: most of the time of a small file is waiting for the disk. */
const AT_ONCE = 4;

/** Something that is not as it should be. */
export interface Finding {
  /** Within the backup. */
  file: string;
  what: string;
}

export interface Verification {
  /** Empty when all is well. */
  findings: Finding[];
  /** `failed` when there are findings. */
  verdict: 'complete' | 'complete_with_omissions' | 'failed';
}

/**
 * Reads a backup from the first byte to the last: whether every file is there and what it was, every document as the
 * published schema has it, and every list as long as the manifest and the upstream say.
 *
 * @throws ArchiveError `not_readable` when nothing can be said
 */
export async function verify(archive: Archive): Promise<Verification> {
  const check = new Check(archive);
  await check.run();
  const { omissions, playlists, lists } = archive.manifest;
  const isShort = [...lists, ...(playlists ? [playlists] : [])].some(({ missing }) => missing !== null);
  const hasOmissions = omissions.length > 0 || isShort || check.hasMissing;
  const findings = check.findings;
  return { findings, verdict: findings.length > 0 ? 'failed' : hasOmissions ? 'complete_with_omissions' : 'complete' };
}

class Check {
  /** Whether the entries of a playlist are missing, or some of them. */
  hasMissing = false;
  private readonly found = new Map<string, { first: string[]; more: number }>();
  private readonly unseen = new Map<string, ArchivedFile>();

  constructor(private readonly archive: Archive) {}

  get findings(): Finding[] {
    // Several are looked at at once, and each time they would be found in another order.
    const files = [...this.found].sort(([one], [other]) => (one < other ? -1 : 1)).slice(0, MOST_FILES);
    const findings = files.flatMap(([file, { first, more }]) => [
      ...first.map((what) => ({ file, what })),
      ...(more > 0 ? [{ file, what: `and ${more} more of that kind` }] : []),
    ]);
    const more = this.found.size - files.length;
    return more > 0 ? [...findings, { file: '.', what: `and ${more} more files` }] : findings;
  }

  async run(): Promise<void> {
    const { manifest } = this.archive;
    // Nothing can be held against a manifest that cannot be read.
    if (!(await this.guarded(MANIFEST, () => this.checkManifest()))) return;
    await this.checkFolder();
    const turns = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
    await Promise.all(manifest.lists.map((list) => turns.execute(() => this.checkList(list))));
    const isListed = !manifest.playlists || (await this.checkPlaylists(manifest.playlists));
    if (manifest.profile) {
      await this.guarded(PROFILE, async () => {
        await this.archive.profile();
      });
    }
    for (const path of [README, SCHEMA, ...(manifest.profile ? [PROFILE] : [])]) await this.checkBytes(path);
    for (const path of this.unseen.keys()) {
      // Where the list of playlists breaks off nobody knows any more what is whose, but whether it is what it was.
      if (!isListed && path.startsWith('playlists/')) await this.checkBytes(path);
      else this.report(path, 'stands in the manifest, and belongs to nothing');
    }
  }

  private report(file: string, what: string): void {
    const found = this.found.get(file) ?? { first: [], more: 0 };
    this.found.set(file, found);
    if (found.first.length < MOST_PER_FILE) found.first.push(what);
    else found.more += 1;
  }

  /** What makes a file unreadable is a finding; what makes the disk unreadable is not. @returns whether all of it was read */
  private async guarded(file: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ArchiveError) || error.code === 'not_readable') throw error;
      this.report(file, error.message);
      return false;
    }
  }

  private async checkManifest(): Promise<void> {
    for (const file of await this.archive.files()) {
      if (this.unseen.has(file.path)) this.report(MANIFEST, `names ${file.path} twice`);
      this.unseen.set(file.path, file);
    }
    await this.guarded(MANIFEST_SUM, async () => {
      if (await this.archive.isManifestIntact()) return;
      this.report(MANIFEST, 'is not what it was: its checksum is another');
    });
  }

  private async checkFolder(): Promise<void> {
    const expected = new Set([...this.unseen.keys(), MANIFEST, MANIFEST_SUM]);
    for (const path of await filesIn(this.archive.path)) {
      if (!expected.delete(path)) this.report(path, 'is not in the manifest');
    }
    for (const path of expected) {
      this.report(path, 'is missing');
      // It is said; what cannot be read of it is the same.
      this.unseen.delete(path);
    }
  }

  private async checkList(list: ArchivedList): Promise<void> {
    const seen = new Set<string>();
    await this.checkEntries(
      list,
      LIST_GUARD,
      (head) => head.list === list.name,
      (uri, at) => {
        if (seen.has(uri) && list.missing === null) this.report(list.json, `entry ${at}: ${uri} is there already`);
        seen.add(uri);
      },
    );
    // Of a chart the first page is all that is kept.
    if (list.order !== 'chart') this.checkTotal(list.json, list);
  }

  /** @returns whether all of their list could be read */
  private async checkPlaylists(facts: ArchivedPlaylists): Promise<boolean> {
    const seen = new Set<string>();
    const sums = { count: 0, unread: 0, entries: 0 };
    // Not all of them at once: there may be a hundred thousand.
    let waiting: (() => Promise<void>)[] = [];
    const checkWaiting = async (): Promise<void> => {
      const checks = waiting.map((check) => check());
      waiting = [];
      await Promise.all(checks);
    };
    await this.hashed(facts.json, async (bytes) => {
      const document = {
        folder: this.archive.path,
        file: facts.json,
        head: PLAYLISTS_GUARD,
        item: PLAYLIST_FACTS_GUARD,
      };
      const playlists = readItems(document, {
        bytes,
        fault: (what) => {
          this.report(facts.json, what);
        },
      });
      try {
        for await (const { item } of playlists) {
          const { position, playlist, json, csv, count, total, missing } = playlistFrom(item);
          sums.count += 1;
          sums.entries += count ?? 0;
          if (missing !== null) this.hasMissing = true;
          if (position !== sums.count) this.report(facts.json, `playlist ${sums.count} has the position ${position}`);
          if (playlist && seen.has(playlist.id)) this.report(facts.json, `playlist ${position} is there already`);
          if (playlist) seen.add(playlist.id);
          if (json === null || csv === null || count === null) {
            sums.unread += 1;
            if (missing === null) this.report(facts.json, `playlist ${position} has no entries, and no reason`);
            continue;
          }
          waiting.push(() =>
            this.checkEntries({ json, csv, count }, PLAYLIST_GUARD, (head) => head.playlist === playlist?.id),
          );
          this.checkTotal(json, { count, total, missing });
          if (waiting.length === AT_ONCE) await checkWaiting();
        }
      } finally {
        // Also when the rest of them cannot be read.
        await checkWaiting();
      }
    });
    const isWhole = !this.found.has(facts.json);
    for (const [name, sum] of Object.entries(sums)) {
      const told = { count: facts.count, unread: facts.unread, entries: facts.entries }[name];
      if (told !== sum) this.report(facts.json, `${name} is ${sum}, and ${String(told)} in the manifest`);
    }
    this.checkTotal(facts.json, facts);
    return isWhole;
  }

  private checkTotal(
    file: string,
    { count, total, missing }: { count: number; total: number | null; missing: string | null },
  ): void {
    if (total === null || total === count || missing !== null) return;
    this.report(file, `has ${count} entries, and the upstream counted ${total}`);
  }

  private async checkEntries<Head>(
    { json, csv, count }: { json: string; csv: string; count: number },
    head: DocumentGuard<Head>,
    isOwn: (head: Head) => boolean,
    seen: (uri: string, at: number) => void = () => undefined,
  ): Promise<void> {
    const lines = this.hashed(json, async (bytes) => {
      let entries = 0;
      const observer = {
        bytes,
        head: (value: Head) => {
          if (!isOwn(value)) this.report(json, 'is that of something else');
        },
        fault: (what: string) => {
          entries += 1;
          this.report(json, what);
        },
      };
      for await (const { item } of readItems(
        { folder: this.archive.path, file: json, head, item: ENTRY_GUARD },
        observer,
      )) {
        entries += 1;
        if (item.uri !== null) seen(item.uri, entries);
      }
      if (entries !== count) this.report(json, `has ${entries} entries, and ${count} were written`);
    });
    const rows = this.hashed(csv, async (bytes) => {
      const scan = new CsvScan();
      for await (const chunk of chunks(this.archive.path, csv)) {
        bytes(chunk);
        scan.write(chunk);
      }
      if (!scan.isWhole) this.report(csv, 'ends within a row');
      if (scan.rows !== count) this.report(csv, `has ${scan.rows} rows, and ${count} were written`);
      if (scan.misplaced !== null) this.report(csv, `row ${scan.misplaced} has another position`);
    });
    await Promise.all([lines, rows]);
  }

  private async checkBytes(path: string): Promise<void> {
    await this.hashed(path, async (bytes) => {
      for await (const chunk of chunks(this.archive.path, path)) bytes(chunk);
    });
  }

  /** Holds the bytes that are read on the way against the manifest. */
  private async hashed(path: string, work: (bytes: (chunk: Buffer) => void) => Promise<void>): Promise<void> {
    const file = this.unseen.get(path);
    this.unseen.delete(path);
    if (!file) {
      if (!this.found.has(path)) this.report(path, 'is not in the manifest');
      return;
    }
    const hash = createHash('sha256');
    let length = 0;
    await this.guarded(path, async () => {
      await work((chunk) => {
        hash.update(chunk);
        length += chunk.length;
      });
      if (length !== file.bytes) this.report(path, `has ${length} bytes, and ${file.bytes} were written`);
      else if (hash.digest('hex') !== file.sha256) this.report(path, 'is not what it was: its checksum is another');
    });
  }
}

/** What stands in the folder of a backup, folders that are none of its own included. */
async function filesIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const part of ['', 'lists/', 'playlists/']) {
    if (!(await isFolder(`${folder}/${part.slice(0, -1)}`))) continue;
    try {
      for (const entry of await readdir(`${folder}/${part}`, { withFileTypes: true })) {
        const isPart = part === '' && entry.isDirectory() && ['lists', 'playlists'].includes(entry.name);
        if (!isPart) paths.push(`${part}${entry.name}`);
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw readFailure(error, part === '' ? 'The folder of the backup' : part);
    }
  }
  return paths;
}
