// Requests of node:http, by whatever way they come: a middleware, a framework's hook, Node's diagnostics channels.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { runIn } from '../context/scope-store.js';
import { LogLevel } from '../core/level.js';
import type { Scope } from '../core/scope.js';
import { SilentScope } from '../core/silence.js';
import { knownRequest, makeKnown, type KnownRequest } from './http-state.js';
import type { NormalRequestOptions } from './request-options.js';
import { RequestScope } from './request-scope.js';

/** A request and its response, as frameworks hand them on. */
export interface NodeRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The template of its route, known when the request is over at the latest. */
  readonly route?: () => string | undefined;
}

/**
 * Runs what is left of a request inside its scope, and returns what that returns. The completion record follows when the response is sent, or
 * given up. A request that has a scope already keeps it.
 */
export function runRequest<R>(incoming: NodeRequest, options: NormalRequestOptions, next: () => R): R {
  return runIn(requestScope(incoming, options), next);
}

/** The scope of a request, opened where nobody has yet. */
export function requestScope(incoming: NodeRequest, options: NormalRequestOptions): Scope {
  const { request, response, route } = incoming;
  const known = knownRequest(request);
  if (known !== undefined) {
    if (route !== undefined) known.route = route;
    return known.scope;
  }
  const opened = isIgnored(request, options) ? ignored() : open(request, response, options);
  if (route !== undefined) opened.route = route;
  makeKnown(request, opened);
  return opened.scope;
}

function open(request: IncomingMessage, response: ServerResponse, options: NormalRequestOptions): KnownRequest {
  const { headers, method = '', url = '' } = request;
  const scope = new RequestScope({ method, url, header: (name) => headers[name] }, options);
  if (options.idHeader !== undefined && !response.headersSent) response.setHeader(options.idHeader, scope.id);
  const known: KnownRequest = { scope: scope.scope, route: () => undefined };
  // Listeners run in the scope of whoever emits, which is none here. 'close' comes after 'finish', or alone where the client went away.
  const end = (aborted: boolean): void => {
    const statusCode = aborted && !response.headersSent ? null : response.statusCode;
    scope.end({ statusCode, aborted, route: routeOf(known) });
  };
  response.once('finish', () => end(false));
  response.once('close', () => end(true));
  return known;
}

function routeOf({ route }: KnownRequest): string | undefined {
  try {
    return route();
  } catch {
    return undefined; // a framework that has let go of its request
  }
}

/** Nothing of it is recorded but warnings and what is worse. */
function ignored(): KnownRequest {
  return { scope: new SilentScope(undefined, 1 + LogLevel.Warn, null), route: () => undefined };
}

function isIgnored(request: IncomingMessage, { ignore }: NormalRequestOptions): boolean {
  if (ignore === undefined) return false;
  try {
    return ignore(request);
  } catch {
    return false;
  }
}
