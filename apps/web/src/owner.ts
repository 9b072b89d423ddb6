/** Makes the owner's pages work: logging in, handing in an address that was pasted, and choosing who answers. */

interface Problem {
  code: string;
  detail: string;
  remedy: string;
}

/** Of `/admin/providers`, what the choice needs. */
interface Providers {
  providers: { id: string; displayName: string; role: string }[];
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'remedy' in body;
}

function isProviders(body: unknown): body is Providers {
  return typeof body === 'object' && body !== null && 'providers' in body && Array.isArray(body.providers);
}

/** @returns what went wrong, in words; null when nothing did */
async function send(method: string, path: string, body: object): Promise<string | null> {
  try {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.ok) return null;
    const problem: unknown = await response.json();
    if (!isProblem(problem)) return `The service answered ${response.status}.`;
    // How programs log in is of no use to somebody before the form.
    return problem.code === 'unauthorized' ? problem.detail : `${problem.detail} ${problem.remedy}`;
  } catch {
    return 'The service does not answer. Look whether it runs, then try again.';
  }
}

/**
 * @param read what the form asks for; undefined when there is nothing to send
 * @param done what happens when the service has taken it
 */
function serve(
  id: string,
  [method, path]: readonly [string, string],
  read: (form: FormData) => object | undefined,
  done: () => void,
): void {
  const form = document.querySelector<HTMLFormElement>(`#${id}`);
  const state = document.querySelector<HTMLElement>(`#${id}-state`);
  let isSending = false;
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = read(new FormData(form));
    if (!state || isSending || body === undefined) return;
    // A button that were disabled meanwhile would lose the focus, and whoever pressed it by a key their place.
    isSending = true;
    state.textContent = 'One moment …';
    void send(method, path, body).then((fault) => {
      isSending = false;
      state.textContent = fault ?? 'Done.';
      if (fault === null) done();
    });
  });
}

function text(name: string): (form: FormData) => object | undefined {
  return (form) => {
    const value = form.get(name);
    return typeof value === 'string' ? { [name]: value.trim() } : undefined;
  };
}

/** Offers to let the linked provider answer while another one does. */
async function offerChoice(form: HTMLFormElement): Promise<void> {
  const answer: unknown = await (await fetch('/admin/providers', { headers: { accept: 'application/json' } })).json();
  const now = document.querySelector<HTMLElement>('#choose-now');
  if (!isProviders(answer) || !now) return;
  const linked = answer.providers.find(({ displayName }) => displayName === form.dataset['name']);
  const active = answer.providers.find(({ role }) => role === 'active');
  if (!linked || !active || linked === active) return;
  now.textContent = `${active.displayName} answers now, and would answer instead whenever ${linked.displayName} cannot.`;
  serve(
    'choose',
    ['PUT', '/admin/provider'],
    () => ({ active: linked.id, fallback: active.id }),
    () => {
      location.assign('/');
    },
  );
  form.hidden = false;
}

serve('login', ['POST', '/admin/session'], text('token'), () => {
  location.reload();
});
serve('paste', ['POST', '/callback'], text('url'), () => {
  // By itself /auth says whose account is linked.
  location.assign('/auth');
});
// What was sent back is used up: it stays in no history, and a reload shows the link.
if (document.querySelector('[data-linked]')) history.replaceState(null, '', '/auth');
const choice = document.querySelector<HTMLFormElement>('#choose');
// Without the answer there is nothing to offer: the link stands, and GET /admin/providers tells the rest.
if (choice) offerChoice(choice).catch(() => undefined);
