/** The parts of `/currently-playing` that the widget shows. */
interface Song {
  isPlaying: boolean;
  stale: boolean;
  title: string;
  artist: string;
  albumImageUrl: string;
  songUrl: string;
}

const POLL_MS = 5_000;
/** An answer that takes longer is given up, so that the next round comes. */
const PATIENCE_MS = 8_000;
const STYLE = `
  :host { display: block; font: inherit; }
  a { display: flex; gap: 0.9em; align-items: center; color: inherit; text-decoration: none; }
  a[href]:hover .title, a[href]:focus-visible .title { text-decoration: underline; }
  img { width: var(--tonearm-cover-size, 5em); height: var(--tonearm-cover-size, 5em); object-fit: contain; border-radius: var(--tonearm-radius, 0.4em); }
  .text { min-width: 0; }
  .title, .artist { overflow-wrap: anywhere; }
  .title { font-weight: 600; }
  .artist { opacity: 0.75; }
  :host([offline]) img, :host([stale]) img { opacity: 0.5; }
`;

function isSong(value: unknown): value is Song {
  return (
    typeof value === 'object' &&
    value !== null &&
    'isPlaying' in value &&
    'stale' in value &&
    ['title', 'artist', 'albumImageUrl', 'songUrl'].every((name) => typeof Reflect.get(value, name) === 'string')
  );
}

function isWebAddress(address: string): boolean {
  return /^https?:\/\//.test(address);
}

/**
 * Shows what plays: `<tonearm-now-playing></tonearm-now-playing>`. Asks the service that the script came from, or the one
 * named in `src`; stops while the page is hidden, and keeps its face while the service is away.
 */
class NowPlayingElement extends HTMLElement {
  private readonly link = document.createElement('a');
  private readonly cover = document.createElement('img');
  private readonly titleText = document.createElement('div');
  private readonly artistText = document.createElement('div');
  private timer: number | undefined;

  constructor() {
    super();
    const style = document.createElement('style');
    style.textContent = STYLE;
    const text = document.createElement('div');
    text.className = 'text';
    this.titleText.className = 'title';
    this.artistText.className = 'artist';
    text.append(this.titleText, this.artistText);
    this.cover.alt = '';
    this.link.append(this.cover, text);
    this.link.hidden = true;
    this.attachShadow({ mode: 'open' }).append(style, this.link);
  }

  connectedCallback(): void {
    this.setAttribute('aria-live', 'polite');
    document.addEventListener('visibilitychange', this.schedule);
    this.schedule();
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.schedule);
    clearTimeout(this.timer);
  }

  /** Asks now, and again for as long as somebody can see it. */
  private readonly schedule = (): void => {
    clearTimeout(this.timer);
    if (document.hidden || !this.isConnected) return;
    void this.refresh().finally(() => {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.schedule, POLL_MS);
    });
  };

  private async refresh(): Promise<void> {
    const service = this.getAttribute('src') ?? new URL(import.meta.url).origin;
    try {
      const answer: unknown = await (
        await fetch(new URL('/currently-playing', service), { signal: AbortSignal.timeout(PATIENCE_MS) })
      ).json();
      if (isSong(answer)) this.show(answer);
    } catch {
      // Away for the moment: what was shown last stays, and the next round asks again.
      this.toggleAttribute('offline', true);
    }
  }

  private show({ isPlaying, stale, title, artist, albumImageUrl, songUrl }: Song): void {
    this.toggleAttribute('offline', false);
    this.toggleAttribute('playing', isPlaying);
    this.toggleAttribute('stale', stale);
    this.link.hidden = false;
    if (isWebAddress(songUrl)) this.link.href = songUrl;
    else this.link.removeAttribute('href');
    if (this.titleText.textContent !== title) this.titleText.textContent = title;
    if (this.artistText.textContent !== artist) this.artistText.textContent = artist;
    if (isWebAddress(albumImageUrl) && this.cover.src !== albumImageUrl) this.cover.src = albumImageUrl;
  }
}

customElements.define('tonearm-now-playing', NowPlayingElement);
