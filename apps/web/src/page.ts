import { isHealth, notesOf, piecesOf, summaryOf } from './state-in-words.js';
import './widget.js';

const REFRESH_MS = 5_000;

const snippet = `<script type="module" src="${location.origin}/widget.js"></script>\n<tonearm-now-playing></tonearm-now-playing>`;

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

async function showState(): Promise<void> {
  try {
    const answer: unknown = await (await fetch('/health')).json();
    if (!isHealth(answer)) throw new Error('This is not a health document.');
    show(summaryOf(answer), notesOf(answer));
  } catch {
    show('The service does not answer right now. This page goes on asking.', []);
  }
}

element('snippet').textContent = snippet;
element('copy').addEventListener('click', () => {
  const copied = element('copied');
  navigator.clipboard.writeText(snippet).then(
    () => {
      copied.textContent = 'Copied.';
    },
    () => {
      copied.textContent = 'Your browser does not let this page copy: select the text instead.';
    },
  );
});

function lookIfSeen(): void {
  if (!document.hidden) void showState();
}

lookIfSeen();
setInterval(lookIfSeen, REFRESH_MS);
document.addEventListener('visibilitychange', lookIfSeen);
