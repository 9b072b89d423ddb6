import type { Answer } from '../../faults/answer.js';
import type { AppRegistry } from '../apps.js';
import { listenerPerson } from '../person.js';
import { textAnswer } from '../reply.js';
import type { SpotifySwitches } from '../switches.js';
import { backTo, readAuthorizationRequest, type AuthorizationRequest } from './authorization-request.js';
import type { CodeStore } from './codes.js';
import { consentPage, endlessPage } from './consent-page.js';

/** What `/authorize` works with. */
export interface AuthorizeParts {
  switches: SpotifySwitches;
  apps: AppRegistry;
  codes: CodeStore;
  /** The scopes that the person has allowed each app, by client id; asked for again they are given without a question. */
  consents: Map<string, ReadonlySet<string>>;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Answers `/authorize`; `decision` is what the form of the consent page says, null for the request that shows it. */
export function authorize(query: string, decision: string | null, parts: AuthorizeParts): Answer {
  const request = readAuthorizationRequest(new URLSearchParams(query), parts.apps);
  if ('refusal' in request) return textAnswer(400, request.refusal);
  if (decision !== null) return decision === 'agree' ? agree(request, parts) : deny(request);
  switch (parts.switches.consent) {
    case 'agree':
      return agree(request, parts);
    case 'deny':
      return deny(request);
    case 'never':
      return htmlAnswer(endlessPage);
    case 'ask': {
      const allowed = parts.consents.get(request.app.clientId);
      const isKnown = allowed !== undefined && request.scopes.every((scope) => allowed.has(scope));
      if (isKnown && !request.showDialog) return agree(request, parts);
      return htmlAnswer(consentPage(request, listenerPerson.displayName, `?${query}`));
    }
  }
}

function agree(request: AuthorizationRequest, { codes, consents, now }: AuthorizeParts): Answer {
  const { app, redirectUri, scopes, challenge } = request;
  consents.set(app.clientId, new Set([...(consents.get(app.clientId) ?? []), ...scopes]));
  const code = codes.issue({ clientId: app.clientId, redirectUri, scopes, challenge, issuedMs: now() });
  return redirect(backTo(request, { code }));
}

function deny(request: AuthorizationRequest): Answer {
  return redirect(backTo(request, { error: 'access_denied' }));
}

function redirect(location: string): Answer {
  return textAnswer(302, '', { location });
}

function htmlAnswer(body: string): Answer {
  return textAnswer(200, body, {}, 'text/html; charset=utf-8');
}
