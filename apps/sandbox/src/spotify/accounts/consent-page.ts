import type { AuthorizationRequest } from './authorization-request.js';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}' +
  'button{font:inherit;padding:.5rem 1.25rem;margin-right:.5rem;cursor:pointer}';

/** The page that asks a person. The answer goes to `action` as the form field `decision`: `agree` or `cancel`. */
export function consentPage(request: AuthorizationRequest, person: string, action: string): string {
  const scopes =
    request.scopes.length === 0
      ? '<p>It asks for nothing beyond what everybody can see.</p>'
      : `<p>It asks for:</p><ul>${request.scopes.map((scope) => `<li><code>${scope}</code></li>`).join('')}</ul>`;
  return page(
    'A stand-in for Spotify asks you',
    `<h1>${escaped(request.app.name)} wants to use your account</h1>
<p>You are ${escaped(person)}, an invented person, at a stand-in for Spotify.</p>
${scopes}
<form method="post" action="${escaped(action)}">
<button name="decision" value="agree">Agree</button><button name="decision" value="cancel">Cancel</button>
</form>
<p>After that you are sent to <code>${escaped(request.redirectUri)}</code>.</p>`,
  );
}

/** A page that leads nowhere, as when a person closes the window. */
export const endlessPage = page('A stand-in for Spotify', '<h1>This page leads nowhere</h1>');

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body>
${body}
</body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
