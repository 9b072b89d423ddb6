import './widget.js';

/** The parts of `/health` that this page shows. */
interface Health {
  ok: boolean;
  source: string | null;
  user: string | null;
  database: string;
  providers: { id: string; state: string; remedy: string | null }[];
}

const REFRESH_MS = 15_000;

const snippet = `<script type="module" src="${location.origin}/widget.js"></script>\n<tonearm-now-playing></tonearm-now-playing>`;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

function isHealth(value: unknown): value is Health {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ok' in value &&
    'providers' in value &&
    Array.isArray(value.providers)
  );
}

/** Text with its addresses as links. */
function linked(text: string): Node[] {
  return text.split(/(https:\/\/[^\s)"]*[^\s)".,;:])/).map((part) => {
    if (!part.startsWith('https://')) return document.createTextNode(part);
    const link = document.createElement('a');
    link.href = part;
    link.textContent = part;
    return link;
  });
}

function summarize({ ok, source, user, database }: Health): string {
  if (database !== 'ok') return 'The database cannot be reached; the log of the service has the cause.';
  if (source === null) return 'No provider is set up yet. This is what is missing:';
  const whose = user === null ? source : `${user} on ${source}`;
  return ok ? `Showing ${whose}.` : `Showing ${whose}, which has a problem:`;
}

async function showState(): Promise<void> {
  const state = element('state');
  try {
    const answer: unknown = await (await fetch('/health')).json();
    if (!isHealth(answer)) throw new Error('This is not a health document.');
    state.textContent = summarize(answer);
    const entries = answer.providers
      .filter(({ remedy }) => remedy !== null)
      .map(({ remedy }) => {
        const entry = document.createElement('li');
        entry.append(...linked(remedy ?? ''));
        return entry;
      });
    element('providers').replaceChildren(...entries);
  } catch {
    state.textContent = 'The service does not answer right now. This page goes on asking.';
    element('providers').replaceChildren();
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

void showState();
setInterval(() => {
  if (!document.hidden) void showState();
}, REFRESH_MS);
