import type { Problem } from '../problem/problem.js';
import type { Html } from './html.js';
import { html } from './html.js';
import type { FinishedLink } from './link.service.js';

/** A whole page, in the style of the first one. */
function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Tonearm</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/index.css" />
        <script type="module" src="/owner.js"></script>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
        </header>
        <main>${body}</main>
        <footer>
          <p><a href="/">Tonearm</a> · <a href="/docs">API documentation</a></p>
        </footer>
      </body>
    </html>`.text;
}

/** After a consent. */
export function linkedPage({ displayName, account, scopes, missingScopes, replaced }: FinishedLink): string {
  const missing =
    missingScopes.length === 0
      ? html``
      : html`<p role="alert">
          Not granted: ${codes(missingScopes)}. What needs it will say so; <a href="/auth?force=1">ask again</a>.
        </p>`;
  const before =
    replaced === null ? html`` : html`<p>The account that was linked before, ${replaced}, is forgotten.</p>`;
  return page(
    `${displayName} is linked`,
    html`<p role="status" data-linked>Tonearm can read the account <strong>${account.name}</strong> now.</p>
      <p>Granted: ${scopes.length === 0 ? 'nothing in particular' : codes(scopes)}.</p>
      ${missing}${before}${chooseForm(displayName)}
      <p><a href="/">See what plays</a></p>`,
  );
}

/** When there is a good link already. */
export function alreadyLinkedPage(displayName: string, account: string): string {
  return page(
    `${displayName} is linked`,
    html`<p role="status">The account <strong>${account}</strong> is linked, and the link is good.</p>
      ${chooseForm(displayName)}
      <p>
        <a href="/auth?force=1">Agree again</a>, with this account or another one. That also starts the time anew after
        which a link ends.
      </p>
      <p><a href="/">See what plays</a></p>`,
  );
}

/** When the browser will be sent to another address than the one it uses now. */
export function otherAddressPage(given: { displayName: string; authUrl: string; redirectUri: string }): string {
  const { displayName, authUrl, redirectUri } = given;
  return page(
    `Link ${displayName}`,
    html`<p>
        After you have agreed, ${displayName} sends the browser to <code>${redirectUri}</code>, which is not the address
        that you use now. That address must stand in the settings of the app, letter by letter.
      </p>
      <ol>
        <li>
          <a href="${authUrl}" target="_blank" rel="noreferrer">Agree on ${displayName}'s page</a>; it opens in a new
          tab.
        </li>
        <li>
          If the tab then shows that it cannot open the page, or asks for a login, copy the whole address out of its
          address bar.
        </li>
        <li>Paste it here, within ten minutes.</li>
      </ol>
      ${PASTE_FORM}
      <p>
        If this browser runs on the same machine as Tonearm:
        <a href="${sameMachine(redirectUri)}">begin there</a> instead.
      </p>`,
  );
}

/** A refusal, with its cause and what to do; a visitor without a login gets the form to log in. */
export function problemPage(problem: Problem): string {
  const { title, detail, code, remedy } = problem.document('');
  if (code === 'unauthorized') {
    // Without its script a form sends what it has in the address, unless it is one that posts.
    return page(
      title,
      html`<p role="status">${detail}</p>
        <form id="login" method="post">
          <input type="text" name="username" value="owner" autocomplete="username" hidden />
          <label for="token">The owner's token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
          <button>Log in</button>
          <p id="login-state" role="alert"></p>
        </form>
        <p>It is the one in <code>ADMIN_TOKEN</code>, or the one that the first start has shown.</p>
        <noscript><p>The form needs JavaScript.</p></noscript>`,
    );
  }
  return page(
    code === 'conflict' ? 'Finished already' : 'Nothing was linked',
    html`<p role="alert">${detail}</p>
      <p>${withLinks(remedy)}</p>
      <p><a href="/auth">Begin again</a></p>
      <p>
        <small>${title}; code: <code>${code}</code></small>
      </p>`,
  );
}

const PASTE_FORM = html`<form id="paste" method="post">
    <label for="url">The address</label>
    <input
      id="url"
      name="url"
      type="url"
      autocomplete="off"
      placeholder="http://…/callback?code=…&amp;state=…"
      required
    />
    <button>Finish the link</button>
    <p id="paste-state" role="alert"></p>
  </form>
  <noscript><p>The form needs JavaScript.</p></noscript>`;

/** Stays hidden while this provider answers already. */
function chooseForm(displayName: string): Html {
  return html`<form id="choose" data-name="${displayName}" hidden>
    <p id="choose-now"></p>
    <button>Let ${displayName} answer from now on</button>
    <p id="choose-state" role="alert"></p>
  </form>`;
}

function codes(names: readonly string[]): Html {
  return joined(names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`));
}

/** A remedy with its addresses to press. */
function withLinks(text: string): Html {
  const parts = text.split(/(https:\/\/[^\s)"]*[^\s)".,;:]|(?<=\s)\/(?:auth|admin\/providers)\b)/);
  return joined(parts.map((part, index) => (index % 2 === 0 ? html`${part}` : html`<a href="${part}">${part}</a>`)));
}

function joined(parts: readonly Html[]): Html {
  return parts.reduce((all, part) => html`${all}${part}`, html``);
}

function sameMachine(redirectUri: string): string {
  return new URL('/auth', redirectUri).href;
}
