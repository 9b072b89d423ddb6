import {
  type UpstreamAnswer,
  UpstreamClient,
  type UpstreamClientOptions,
  type Verdict,
  judgeByStatus,
} from '#upstream';
import { fieldOf } from '../../field-of.js';

const RECORDING_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** An ISRC has some; what has very many is a mistake in the catalogue. */
const MOST_IDS = 50;

/** One call, not repeated by itself: MusicBrainz counts each, and closes the door to whoever comes too often. */
const LIMITS = { attemptMs: 10_000, readMs: 12_000, furtherAttempts: 0, maxBytes: 1_000_000, leastBlockMs: 10_000 };

/** MusicBrainz does not let this service in. */
export class MusicBrainzRefusal extends Error {
  override readonly name = 'MusicBrainzRefusal';

  constructor(status: number) {
    super(`MusicBrainz refuses (HTTP ${status}).`);
  }
}

/** Asks MusicBrainz, whenever it is told to: whoever calls it keeps the pace. */
export class MusicBrainzClient {
  private readonly upstream: UpstreamClient;

  constructor(options: Pick<UpstreamClientOptions, 'baseUrl' | 'userAgent' | 'blocks' | 'now' | 'random'>) {
    this.upstream = new UpstreamClient({
      ...options,
      displayName: 'MusicBrainz',
      blockKey: 'musicbrainz',
      limits: LIMITS,
    });
  }

  /**
   * The recordings that have this ISRC; none when MusicBrainz knows of none.
   *
   * @param isrc as `normalIsrc` has it
   * @throws UpstreamError, MusicBrainzRefusal
   */
  async recordingIds(isrc: string, signal: AbortSignal): Promise<string[]> {
    const { json } = await this.upstream.read({ path: `isrc/${isrc}`, query: { fmt: 'json' }, signal }, judge);
    const ids = (recordingsOf(json) ?? []).map((recording) => fieldOf(recording, 'id'));
    const good = ids.filter((id): id is string => typeof id === 'string' && RECORDING_ID.test(id));
    return [...new Set(good)].slice(0, MOST_IDS);
  }

  close(): void {
    this.upstream.close();
  }
}

function judge(answer: UpstreamAnswer): Verdict {
  const { status, json } = answer;
  if (status === 503 || status === 429) return { kind: 'rate_limited', reason: `HTTP ${status}` };
  const fault = fieldOf(json, 'error');
  // Of what it does not know, and of what it takes for no ISRC, there is nothing to find. A gateway says neither in JSON.
  if (status === 404 && typeof fault === 'string') return { kind: 'good' };
  if (status === 400 && typeof fault === 'string' && /isrc/i.test(fault)) return { kind: 'good' };
  if (status === 404) return { kind: 'transient', reason: 'HTTP 404 that is not its own' };
  if (status === 200 && recordingsOf(json) === null) {
    return { kind: 'transient', reason: 'HTTP 200 without recordings' };
  }
  return judgeByStatus(answer) ?? { kind: 'refused', error: new MusicBrainzRefusal(status) };
}

function recordingsOf(json: unknown): readonly unknown[] | null {
  const recordings = fieldOf(json, 'recordings');
  return Array.isArray(recordings) ? recordings : null;
}
