import { cardHtml, cardMarkdown, cardUrl, musicHome, widgetHtml } from './snippets.js';
import { healthFrom, notesOf, piecesOf, summaryOf } from './state-in-words.js';
import './widget.js';
import { playingFrom } from './widget/playing.js';

const REFRESH_MS = 5_000;
/** A service that takes longer is as good as away. */
const PATIENCE_MS = 8_000;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Text with its addresses as links. */
function linked(text: string): Node[] {
  return piecesOf(text).map((piece) => {
    if (piece.kind === 'text') return document.createTextNode(piece.text);
    const part = document.createElement(piece.kind === 'code' ? 'code' : 'a');
    if (part instanceof HTMLAnchorElement) part.href = piece.text;
    part.textContent = piece.text;
    return part;
  });
}

let shown = '';

/** Where pages of others reach the service: not always where its owner looks at this one. */
let origin = location.origin;

/** Where the music comes from, as far as songs have told. */
let home: { source: string | null; url: string | null } = { source: null, url: null };

/** Touches nothing that is as it was: a selection stays, and nothing is read out twice. */
function show(summary: string, notes: readonly string[]): void {
  const wanted = JSON.stringify([summary, notes]);
  if (wanted === shown) return;
  shown = wanted;
  element('state').textContent = summary;
  const entries = notes.map((note) => {
    const entry = document.createElement('li');
    entry.append(...linked(note));
    return entry;
  });
  element('providers').replaceChildren(...entries);
}

/** One question at a time: of two the older answer could come last, and stay. */
let isAsking = false;

async function showState(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  const question = new AbortController();
  const patience = setTimeout(() => {
    question.abort();
  }, PATIENCE_MS);
  try {
    const answer = healthFrom(await read('/health', question.signal));
    if (!answer) throw new Error('This is not a health document.');
    show(summaryOf(answer), notesOf(answer));
    showOrigin(answer.origin ?? location.origin);
    if (answer.source !== home.source) await findHome(answer.source, question.signal);
  } catch {
    show('The service does not answer right now. This page goes on asking.', []);
  } finally {
    clearTimeout(patience);
    isAsking = false;
  }
}

async function read(path: string, signal: AbortSignal): Promise<unknown> {
  return (await fetch(path, { signal })).json();
}

/** What is chosen in a list; `fallback` when the browser shows none. */
function chosen(id: string, fallback: string): string {
  const list = element(id);
  return list instanceof HTMLSelectElement ? list.value : fallback;
}

function showSnippets(): void {
  const theme = chosen('theme', 'auto');
  const layout = chosen('layout', 'row');
  const preview = element('preview');
  preview.setAttribute('theme', theme);
  preview.setAttribute('layout', layout);
  element('widget-snippet').textContent = widgetHtml(origin, { theme, layout });
  element('card-html').textContent = cardHtml(origin, theme, home.url ?? origin);
  element('card-markdown').textContent = cardMarkdown(origin, theme, home.url ?? origin);
  showCard();
}

/** Whether the preview has told what plays. */
let hasTold = false;

/** Since when that does; null while it is what played when the page was opened. */
let changedAt: string | null = null;

function showCard(): void {
  const url = new URL(cardUrl(location.origin, chosen('theme', 'auto')));
  // The picture of the song before may be kept for half a minute, and is not asked for again by the same address.
  if (changedAt !== null) url.searchParams.set('since', changedAt);
  const card = element('card');
  card.setAttribute('src', url.href);
  card.hidden = false;
}

function showOrigin(told: string): void {
  if (told === origin) return;
  origin = told;
  showSnippets();
}

/** The snippets of a card lead to wherever the music comes from by now. */
async function findHome(source: string | null, signal: AbortSignal): Promise<void> {
  const url = musicHome(playingFrom(await read('/currently-playing', signal)));
  if (url === null) return;
  home = { source, url };
  showSnippets();
}

async function copy(button: HTMLElement): Promise<void> {
  const told = button.parentElement?.querySelector('[role="status"]');
  const text = element(button.dataset['copies'] ?? '').textContent;
  const tell = (words: string): void => {
    if (told) told.textContent = words;
  };
  try {
    // Over http from another machine there is no clipboard, which throws at once.
    await navigator.clipboard.writeText(text);
    tell('Copied.');
  } catch {
    tell('Your browser does not let this page copy: select the text instead.');
  }
}

showSnippets();
for (const id of ['theme', 'layout']) element(id).addEventListener('change', showSnippets);
element('preview').addEventListener('tonearm-change', (event) => {
  const playing = event instanceof CustomEvent ? playingFrom(event.detail) : null;
  // The first is what the picture shows already.
  if (hasTold) changedAt = playing?.updatedAt ?? null;
  if (changedAt !== null) showCard();
  hasTold = true;
});
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]')) {
  button.addEventListener('click', () => {
    void copy(button);
  });
}

function lookIfSeen(): void {
  if (!document.hidden) void showState();
}

lookIfSeen();
setInterval(lookIfSeen, REFRESH_MS);
document.addEventListener('visibilitychange', lookIfSeen);
