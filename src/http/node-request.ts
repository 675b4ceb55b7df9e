// Requests of node:http and node:http2, by whatever way they come: a middleware, a framework's hook, Node's diagnostics channels.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addContext } from '../context/add-context.js';
import { runIn } from '../context/scope-store.js';
import { LogLevel } from '../core/level.js';
import type { Scope } from '../core/scope.js';
import { SilentScope } from '../core/silence.js';
import { knownRequest, makeKnown, type KnownRequest } from './http-state.js';
import { requestIdFrom } from './request-id.js';
import type { NormalRequestOptions } from './request-options.js';
import { RequestScope } from './request-scope.js';

/** A request and its response, as frameworks hand them on. */
export interface NodeRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request as the framework's users know it: what the application's questions are about. @default request */
  readonly seen?: object;
  /** The id that it has already. */
  readonly id?: unknown;
  /** The template of its route, known when the request is over at the latest. */
  readonly route?: () => string | undefined;
}

/**
 * Runs what is left of a request inside its scope, and returns what that returns. The completion record follows when the response is sent, or
 * given up. A request that has a scope already keeps it.
 */
export function runRequest<R>(incoming: NodeRequest, options: NormalRequestOptions, next: () => R): R {
  return runIn(openRequest(incoming, options).scope, next);
}

/** What is known of a request; its scope is opened where nobody has yet. */
export function openRequest(incoming: NodeRequest, options: NormalRequestOptions): KnownRequest {
  const { request, route, seen = request } = incoming;
  let known = knownRequest(request);
  if (known === undefined) makeKnown(request, (known = openNew(incoming, seen, options)));
  else meetAgain(known, seen, options);
  if (route !== undefined) known.route = route;
  return known;
}

function openNew(incoming: NodeRequest, seen: object, options: NormalRequestOptions): KnownRequest {
  const { request, response } = incoming;
  const { headers, method = '' } = request;
  // Express rewrites `url` for what is mounted further in.
  const { originalUrl: url = request.url ?? '' } = request as { originalUrl?: string };
  const header = (name: string) => headers[name];
  if (options.ignore(seen)) return ignoredRequest(incoming.id, header, options);
  const { fields } = options;
  const scope = new RequestScope({ method, url, header, id: incoming.id, fields: fields?.(seen) }, options);
  if (options.idHeader !== undefined && !response.headersSent) response.setHeader(options.idHeader, scope.id);
  const known = newRequest(scope.scope, scope.id);
  if (fields !== undefined) known.fields = () => fields(seen);
  // Listeners run in the scope of whoever emits, which is none here. 'close' comes after 'finish', or alone where the client went away.
  const end = (aborted: boolean): void => {
    if (known.ending !== null) return;
    // What a response was destroyed with: a stream that broke off, which frameworks tell late, or not at all.
    if (aborted && response.errored) known.failure ??= { error: response.errored };
    const statusCode = aborted && !response.headersSent ? null : response.statusCode;
    endRequest(known, scope, { statusCode, aborted });
  };
  response.once('finish', () => end(false));
  response.once('close', () => end(true));
  return known;
}

/** The one way a request ends. */
export function endRequest(
  known: KnownRequest,
  scope: RequestScope,
  { statusCode, aborted }: { readonly statusCode: number | null; readonly aborted: boolean },
): void {
  known.ending = aborted ? 'aborted' : 'completed';
  const { isIgnored, failure } = known;
  if (isIgnored) scope.leave({ statusCode });
  else scope.end({ statusCode, aborted, route: answerOf(known.route), fields: answerOf(known.fields), failure });
}

/** Somebody who came before knows it: both have their say. */
function meetAgain(known: KnownRequest, seen: object, { ignore, fields }: NormalRequestOptions): void {
  if (known.isIgnored) return;
  if (ignore(seen)) {
    // Its span has begun: it ends as it may, and nothing is added to it.
    known.isIgnored = true;
    known.scope = silentScope(known.scope);
    return;
  }
  if (fields === undefined) return;
  const given = fields(seen);
  if (given !== undefined) runIn(known.scope, () => addContext(given));
  const others = known.fields;
  known.fields = () => ({ ...others(), ...fields(seen) });
}

function answerOf<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined; // a framework that has let go of its request
  }
}

export function newRequest(scope: Scope, id: string): KnownRequest {
  return {
    scope,
    id,
    route: () => undefined,
    found: undefined,
    fields: () => undefined,
    failure: undefined,
    isIgnored: false,
    ending: null,
  };
}

/** It has an id all the same, for code that reads it; nobody is told. */
export function ignoredRequest(
  given: unknown,
  header: (name: string) => unknown,
  { idHeader }: NormalRequestOptions,
): KnownRequest {
  const id = requestIdFrom(given, idHeader === undefined ? undefined : header(idHeader.toLowerCase()));
  const known = newRequest(silentScope(undefined), id);
  known.isIgnored = true;
  return known;
}

/** Nothing inside is recorded but warnings and what is worse. */
const silentScope = (outer: Scope | undefined): SilentScope => new SilentScope(outer, 1 + LogLevel.Warn, null);
