/** Makes the forms of the owner's pages work: logging in, and handing in an address that was pasted. */

interface Problem {
  detail: string;
  remedy: string;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'detail' in body && 'remedy' in body;
}

async function send(path: string, body: object): Promise<string | null> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.ok) return null;
    const problem: unknown = await response.json();
    return isProblem(problem) ? `${problem.detail} ${problem.remedy}` : `The service answered ${response.status}.`;
  } catch {
    return 'The service does not answer. Look whether it runs, then try again.';
  }
}

/** @param done what happens when the service has taken it */
function serve(id: string, path: string, field: string, done: () => void): void {
  const form = document.querySelector<HTMLFormElement>(`#${id}`);
  const state = document.querySelector<HTMLElement>(`#${id}-state`);
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    const value = new FormData(form).get(field);
    if (!state || !button || typeof value !== 'string') return;
    button.disabled = true;
    state.textContent = 'One moment …';
    void send(path, { [field]: value.trim() }).then((fault) => {
      button.disabled = false;
      state.textContent = fault ?? 'Done.';
      if (fault === null) done();
    });
  });
}

serve('login', '/admin/session', 'token', () => {
  location.reload();
});
serve('paste', '/callback', 'url', () => {
  // By itself /auth says whose account is linked.
  location.assign('/auth');
});
