import { type Face, type Piece, faceOf, plain } from './face.js';
import { type LiveFeed, feedOf, isSame } from './live-feed.js';
import type { Playing } from './playing.js';
import { clockOf, progressOf } from './progress.js';
import { STYLE } from './themes.js';

/** Of the words that are the widget's own: the page around it may be in another one, as titles may. */
const LANGUAGE = 'en';
const TICK_MS = 1_000;
/** For visitors who want nothing to move. */
const STILL_TICK_MS = 15_000;

/** Where the script came from, there is the service. */
const HOME = import.meta.url;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');
/** Not an element: pages that allow no inline styles allow this. It belongs to one document. */
const sheet = sheetFor(window);

/**
 * Shows what plays: `<tonearm-now-playing></tonearm-now-playing>`. Asks the service that the script came from, or the one
 * named in `src`; what stands between the tags is shown until it knows.
 */
export class NowPlayingElement extends HTMLElement {
  static readonly observedAttributes = ['src'];

  private readonly fallback = document.createElement('slot');
  private readonly card = part('div', 'card');
  private readonly cover = document.createElement('img');
  private readonly label = part('div', 'label');
  private readonly state = part('span', 'state');
  private readonly source = part('span', 'source');
  private readonly hint = part('span', 'unseen');
  private readonly titleLink = part('a', 'title');
  private readonly detailLink = part('a', 'detail');
  private readonly time = part('div', 'time');
  private readonly position = part('span', 'position');
  private readonly fill = part('div', 'fill');
  private readonly duration = part('span', 'duration');
  private readonly news = part('div', 'unseen');
  private isWatching = false;
  private feed: LiveFeed | undefined;
  private shown: Playing | null = null;
  private spoken = '';
  private timer: number | undefined;

  constructor() {
    super();
    this.card.role = 'group';
    const name = part('span', 'name');
    name.id = 'name';
    name.hidden = true;
    name.textContent = 'What is playing';
    this.card.setAttribute('aria-labelledby', name.id);
    this.card.hidden = true;
    this.news.role = 'status';
    this.cover.decoding = 'async';
    // Without an address it would show its text, and be read as a picture.
    this.cover.hidden = true;
    // Whose page it is shown on is no business of whoever keeps the covers.
    this.cover.referrerPolicy = 'no-referrer';
    this.cover.addEventListener('error', () => {
      this.cover.hidden = true;
    });
    this.titleLink.dir = this.detailLink.dir = 'auto';
    const frame = part('div', 'cover');
    frame.append(this.cover);
    const track = part('div', 'track');
    track.ariaHidden = 'true';
    track.append(this.fill);
    const of = part('span', 'unseen');
    of.textContent = ' of ';
    this.time.append(this.position, of, track, this.duration);
    this.label.append(this.state, this.source, this.hint);
    const text = part('div', 'text');
    text.append(this.label, this.titleLink, this.detailLink, this.time);
    name.lang = this.label.lang = this.time.lang = LANGUAGE;
    this.card.append(name, frame, text);
    const room = part('div', 'room');
    room.append(this.fallback, this.card);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.append(room, this.news);
  }

  connectedCallback(): void {
    this.isWatching = true;
    const address = addressOf(this.getAttribute('src'));
    this.toggleAttribute('offline', address === null);
    this.feed = address === null ? undefined : feedOf(address);
    this.feed?.add(this.update);
    this.update();
  }

  disconnectedCallback(): void {
    this.isWatching = false;
    this.feed?.remove(this.update);
    this.feed = undefined;
    clearTimeout(this.timer);
  }

  /** It came into another document, such as that of a frame. */
  adoptedCallback(): void {
    const { defaultView } = this.ownerDocument;
    if (defaultView && this.shadowRoot) this.shadowRoot.adoptedStyleSheets = [sheetFor(defaultView)];
  }

  attributeChangedCallback(): void {
    // What the page was written with is told before it is connected.
    if (!this.isWatching) return;
    this.disconnectedCallback();
    // What is shown is what another service said.
    this.card.hidden = true;
    this.fallback.hidden = false;
    for (const name of ['playing', 'stale']) this.removeAttribute(name);
    this.connectedCallback();
  }

  /** Touches nothing that is as it was. */
  private readonly update = (): void => {
    clearTimeout(this.timer);
    const { feed } = this;
    if (!feed || document.hidden) return;
    this.toggleAttribute('offline', feed.isAway);
    const { playing } = feed;
    if (playing === null) return;
    this.toggleAttribute('playing', playing.isPlaying);
    this.toggleAttribute('stale', playing.stale);
    this.show(faceOf(playing, feed.isAway));
    this.tick();
    if (isSame(playing, this.shown)) return;
    this.shown = playing;
    this.dispatchEvent(new CustomEvent('tonearm-change', { detail: playing, bubbles: true, composed: true }));
  };

  private show(face: Face): void {
    write(this.state, face.label);
    write(this.source, face.source);
    write(this.hint, face.hint && ` ${face.hint}`);
    this.label.title = face.hint;
    writeLink(this.titleLink, face.title, face.titleUrl);
    writeLink(this.detailLink, face.detail, face.detailUrl);
    const spoken = plain(face.spoken);
    this.showCover(face.imageUrl, face.imageText, this.spoken !== spoken);
    this.fallback.hidden = true;
    this.card.hidden = false;
    // What is there from the beginning is read with the page.
    const isNews = this.spoken !== '' && this.spoken !== spoken;
    this.spoken = spoken;
    if (isNews && this.feed?.isFirst(this.update)) writePieces(this.news, face.spoken);
    // Whoever comes upon it later would hear what nobody can say any more.
    else if (face.isOld) write(this.news, '');
  }

  /** One that has failed is asked for again with the next song, which may be of the same album. */
  private showCover(url: string | null, text: string, isNext: boolean): void {
    this.cover.alt = text;
    if (url === this.cover.getAttribute('src') && !(isNext && this.cover.hidden)) return;
    this.cover.hidden = url === null;
    if (url === null) this.cover.removeAttribute('src');
    else this.cover.src = url;
  }

  private readonly tick = (): void => {
    const { feed } = this;
    const progress = feed?.playing ? progressOf(feed.playing, feed.clock.now()) : null;
    this.time.hidden = progress === null;
    if (progress === null) return;
    const { position, duration } = progress;
    write(this.position, clockOf(position));
    write(this.duration, clockOf(duration));
    this.fill.style.width = `${(100 * position) / duration}%`;
    if (position >= duration) return;
    this.timer = setTimeout(this.tick, stillness.matches ? STILL_TICK_MS : TICK_MS - (position % TICK_MS));
  };
}

function sheetFor({ CSSStyleSheet }: Window & typeof globalThis): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  return sheet;
}

/** @returns the address of `/currently-playing`; null when `src` names no address of the web */
function addressOf(src: string | null): URL | null {
  try {
    const service = src === null ? new URL(HOME) : new URL(src.replace(/\/*$/, '/'), document.baseURI);
    return /^https?:$/.test(service.protocol) ? new URL('currently-playing', service) : null;
  } catch {
    return null;
  }
}

function part<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.className = className;
  element.setAttribute('part', className);
  return element;
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A name alone stands without an element, so that its line takes on its direction. */
function writePieces(element: HTMLElement, pieces: readonly Piece[]): void {
  if (element.textContent === pieces.map(({ text }) => text).join('')) return;
  const nodes = pieces.map(({ text, isName }) => {
    if (isName && pieces.length === 1) return text;
    const node = document.createElement(isName ? 'bdi' : 'span');
    if (!isName) node.lang = LANGUAGE;
    node.textContent = text;
    return node;
  });
  element.replaceChildren(...nodes);
}

/** Long texts are cut off: whoever points at one reads it whole. */
function writeLink(link: HTMLAnchorElement, pieces: readonly Piece[], url: string | null): void {
  writePieces(link, pieces);
  link.title = plain(pieces);
  if (url === null) link.removeAttribute('href');
  else link.href = url;
}
