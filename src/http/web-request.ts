// Requests of the web's kind, `Request`, where there are none of Node's: other platforms, and tests that call a handler directly.
import { knownRequest, makeKnown, type KnownRequest } from './http-state.js';
import { asking, endRequest, ignoredRequest, knowRoute, newRequest, routeSoFar } from './node-request.js';
import type { NormalRequestOptions } from './request-options.js';
import { RequestScope } from './request-scope.js';

/** A request, as frameworks of the web's kind hand it on. */
export interface WebRequest {
  readonly request: Request;
  /** What the application's questions are about. */
  readonly seen: object;
  /** The id that it has already. */
  readonly id?: unknown;
  /** The template of its route, most likely. */
  readonly template: string | undefined;
  readonly route: () => string | undefined;
}

export interface OpenWebRequest {
  readonly known: KnownRequest;
  /** The response has been made: it is over. Its body may still be on its way; nobody says when it has arrived. */
  readonly end: (statusCode: number) => void;
}

/** What is known of a request; its scope is opened where nobody has yet, and ended only by who has opened it. */
export function openWebRequest(incoming: WebRequest, options: NormalRequestOptions): OpenWebRequest {
  const { request, seen, id } = incoming;
  const { method } = request;
  const before = knownRequest(request);
  if (before !== undefined) return { known: before, end: () => {} };
  const header = (name: string): unknown => request.headers.get(name) ?? undefined;
  if (options.ignore(seen)) {
    const known = ignoredRequest(id, method, header, options);
    makeKnown(request, known);
    return { known, end: () => {} };
  }
  const { pathname, search } = new URL(request.url);
  const { fields } = options;
  const route = routeSoFar(incoming, seen, options);
  const head = { method, url: pathname + search, header, id, route, fields: fields?.(seen) };
  const scope = new RequestScope(head, options);
  const known = newRequest(scope.scope, scope.id, method);
  knowRoute(known, incoming, seen, options);
  if (fields !== undefined) known.fields = asking(fields, seen);
  makeKnown(request, known);
  return {
    known,
    end: (statusCode) => endRequest(known, scope, { statusCode, aborted: request.signal?.aborted ?? false }),
  };
}
