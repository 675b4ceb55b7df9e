// What the span of a request is called, as OpenTelemetry's conventions for HTTP have it: `GET /orders/:id` once its route is known, `GET` until then.
// Names are kept for good, so clients must not be able to make any number of them.
import type { Scope } from '../core/scope.js';
import type { Span } from '../core/span.js';
import { renameSpan } from '../core/span-amend.js';
import type { KnownRequest } from './http-state.js';

/** What the conventions know. HTTP/2 lets clients send any word. */
const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);

export function requestName(method: string, route: string | undefined): string {
  const plain = METHODS.has(method) ? method : 'HTTP';
  return route === undefined ? plain : `${plain} ${route}`;
}

/** Its span, while it is open, has the name of this route from now on: who looks at what is open sees it, too. */
export function nameRequest({ scope, method }: KnownRequest, route: string | undefined): void {
  if (isSpan(scope)) renameSpan(scope, requestName(method, route));
}

/** The request of a trace that is not recorded, or that is ignored, has none. */
const isSpan = (scope: Scope): scope is Span => scope.span === scope;
