import axios, { type AxiosInstance } from 'axios';
import { LRUCache } from 'lru-cache';
import { etagOf } from '../answer/json-answer.js';
import { reasonOf } from '../logging.js';

/** A picture, ready to be put into a card. */
export interface Art {
  dataUri: string;
  /** The same for the same bytes. */
  tag: string;
}

export interface ArtLimits {
  /** One picture as it comes over the wire. */
  maxBytes: number;
  /** All that are kept. */
  cacheBytes: number;
  /** One request, to the last byte. */
  fetchMs: number;
  /** So long nobody asks again for what has failed. */
  failureMs: number;
}

const LIMITS: ArtLimits = { maxBytes: 512 * 1024, cacheBytes: 16 * 1024 * 1024, fetchMs: 4_000, failureMs: 30_000 };
/** Addresses of pictures are short; a long one is a mistake or an attempt. */
const LONGEST_ADDRESS = 2_048;
const FAILURES = 200;

/** Fetches covers, from the named origins and nowhere else, and keeps them within bounds. */
export class ArtCache {
  private readonly http: AxiosInstance;
  private readonly limits: ArtLimits;
  private readonly kept: LRUCache<string, Art>;
  /** Until when an address is not asked again, in milliseconds since 1970. */
  private readonly failures = new LRUCache<string, number>({ max: FAILURES });
  private readonly flights = new Map<string, Promise<Art | null>>();
  private readonly closing = new AbortController();

  /**
   * @param origins those of the providers' pictures
   * @param now milliseconds since 1970
   * @param failed is told why there is no picture; not the address, which is somebody's listening
   */
  constructor(
    private readonly origins: ReadonlySet<string>,
    userAgent: string,
    private readonly now: () => number,
    private readonly failed: (reason: string) => void,
    limits: Partial<ArtLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.kept = new LRUCache({
      maxSize: this.limits.cacheBytes,
      sizeCalculation: ({ dataUri }) => dataUri.length,
    });
    this.http = axios.create({
      headers: { 'User-Agent': userAgent, Accept: TYPES.join(', ') },
      responseType: 'arraybuffer',
      // Another host could be behind one.
      maxRedirects: 0,
      maxContentLength: this.limits.maxBytes,
      validateStatus: () => true,
    });
  }

  /** The picture at an address; null when it may not be fetched, or cannot. Never rejects. */
  async get(address: string): Promise<Art | null> {
    const url = this.allowed(address);
    if (!url) return null;
    const kept = this.kept.get(url);
    if (kept) return kept;
    if ((this.failures.get(url) ?? 0) > this.now()) return null;
    const flight = this.flights.get(url) ?? this.take(url);
    this.flights.set(url, flight);
    return flight;
  }

  /** Gives up what is under way. */
  close(): void {
    this.closing.abort();
  }

  private allowed(address: string): string | null {
    if (address.length > LONGEST_ADDRESS || !URL.canParse(address)) return null;
    const url = new URL(address);
    if (!this.origins.has(url.origin) || url.username !== '' || url.password !== '') return null;
    url.hash = '';
    return url.href;
  }

  private async take(url: string): Promise<Art | null> {
    try {
      const art = await this.fetch(url);
      this.kept.set(url, art);
      return art;
    } catch (error) {
      this.failures.set(url, this.now() + this.limits.failureMs);
      this.failed(reasonOf(error));
      return null;
    } finally {
      this.flights.delete(url);
    }
  }

  private async fetch(url: string): Promise<Art> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(this.limits.fetchMs)]);
    const { status, headers, data } = await this.http.get<unknown>(url, { signal });
    if (status !== 200) throw new Error(`It was answered with ${status}.`);
    const said = String(headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase();
    if (!TYPES.some((type) => type === said)) throw new Error('What came is not called a picture.');
    if (!Buffer.isBuffer(data)) throw new Error('Nothing came.');
    const type = typeOf(data);
    if (type === null) throw new Error('What came is no picture.');
    return { dataUri: `data:${type};base64,${data.toString('base64')}`, tag: etagOf(data) };
  }
}

/** Pictures of pixels alone: an SVG may contain more than a picture. */
const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;

/** What a picture really is, by its first bytes: what it is called may be a mistake. */
function typeOf(data: Buffer): (typeof TYPES)[number] | null {
  const starts = (text: string, at = 0): boolean => data.toString('latin1', at, at + text.length) === text;
  if (starts('\xff\xd8\xff')) return 'image/jpeg';
  if (starts('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (starts('RIFF') && starts('WEBP', 8)) return 'image/webp';
  if (starts('GIF87a') || starts('GIF89a')) return 'image/gif';
  return null;
}
