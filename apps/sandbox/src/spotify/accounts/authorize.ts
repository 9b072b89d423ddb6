import type { Answer } from '../../faults/answer.js';
import type { AppRegistry } from '../apps.js';
import { signedIn } from '../person.js';
import { textAnswer } from '../reply.js';
import type { SpotifySwitches } from '../switches.js';
import { backTo, readAuthorizationRequest, type AuthorizationRequest } from './authorization-request.js';
import type { CodeStore } from './codes.js';
import { consentPage, endlessPage } from './consent-page.js';

/** The scopes that people have allowed apps, by client id and account; asked for again they are given without a question. */
export type Consents = Map<string, Map<string, ReadonlySet<string>>>;

/** What `/authorize` works with. */
export interface AuthorizeParts {
  switches: SpotifySwitches;
  apps: AppRegistry;
  codes: CodeStore;
  consents: Consents;
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
      const person = signedIn[parts.switches.person];
      const allowed = parts.consents.get(request.app.clientId)?.get(person.id);
      const isKnown = allowed !== undefined && request.scopes.every((scope) => allowed.has(scope));
      if (isKnown && !request.showDialog) return agree(request, parts);
      return htmlAnswer(consentPage(request, person.displayName, `?${query}`));
    }
  }
}

function agree(request: AuthorizationRequest, { switches, codes, consents, now }: AuthorizeParts): Answer {
  const { app, redirectUri, scopes, challenge } = request;
  const person = signedIn[switches.person];
  const ofApp = consents.get(app.clientId) ?? new Map<string, ReadonlySet<string>>();
  consents.set(app.clientId, ofApp.set(person.id, new Set([...(ofApp.get(person.id) ?? []), ...scopes])));
  const grantedBy = { account: person.id, clientId: app.clientId };
  const code = codes.issue({ ...grantedBy, redirectUri, scopes, challenge, issuedMs: now() });
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
