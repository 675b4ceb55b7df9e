// Requests of node:http and node:http2, by whatever way they come: a middleware, a framework's hook, Node's diagnostics channels.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addContext } from '../context/add-context.js';
import { runIn } from '../context/scope-store.js';
import { LogLevel } from '../core/level.js';
import type { Scope } from '../core/scope.js';
import { SilentScope } from '../core/silence.js';
import { knownRequest, makeKnown, type KnownRequest } from './http-state.js';
import { requestIdFrom } from './request-id.js';
import { nameRequest } from './request-name.js';
import type { NormalRequestOptions } from './request-options.js';
import { RequestScope } from './request-scope.js';
import { sendId, type Reply } from './send-id.js';

/** A request and its response, as frameworks hand them on. */
export interface NodeRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request as the framework's users know it: what the application's questions are about. @default request */
  readonly seen?: object;
  /** The id that it has already. */
  readonly id?: unknown;
  /** Fastify's reply, which sends the headers that it holds itself. */
  readonly reply?: Reply | undefined;
  /** The template of its route, where that is known now, or most likely. */
  readonly template?: string | undefined;
  /** The template of its route, known when the request is over at the latest. @default template */
  readonly route?: () => string | undefined;
}

/**
 * What is known of a request, whose scope is opened where nobody has yet: what is left of it is to be run in that. The completion record follows
 * when the response is sent, or given up.
 */
export function openRequest(incoming: NodeRequest, options: NormalRequestOptions): KnownRequest {
  const { request, seen = request } = incoming;
  const before = knownRequest(request);
  if (before !== undefined) {
    meetAgain(before, incoming, seen, options);
    return before;
  }
  const known = openNew(incoming, seen, options);
  makeKnown(request, known);
  return known;
}

function openNew(incoming: NodeRequest, seen: object, options: NormalRequestOptions): KnownRequest {
  const { request, response } = incoming;
  const { headers, method = '' } = request;
  // Express rewrites `url` for what is mounted further in.
  const { originalUrl: url = request.url ?? '' } = request as { originalUrl?: string };
  const header = (name: string) => headers[name];
  if (options.ignore(seen)) return ignoredRequest(incoming.id, method, header, options);
  const { fields } = options;
  const route = routeSoFar(incoming, seen, options);
  const scope = new RequestScope({ method, url, header, id: incoming.id, route, fields: fields?.(seen) }, options);
  if (options.idHeader !== undefined && !response.headersSent)
    sendId(response, incoming.reply, options.idHeader, scope.id);
  const known = newRequest(scope.scope, scope.id, method);
  knowRoute(known, incoming, seen, options);
  if (fields !== undefined) known.fields = asking(fields, seen);
  // Listeners run in the scope of whoever emits, which is none here. 'close' comes after 'finish', or alone where the client went away.
  const end = (aborted: boolean): void => {
    if (known.ending !== null) return;
    // What a response was destroyed with: a stream that broke off, which frameworks tell late, or not at all.
    if (aborted && response.errored) known.failure ??= { error: response.errored };
    const statusCode = aborted && !response.headersSent ? null : response.statusCode;
    endRequest(known, scope, { statusCode, aborted });
  };
  // Not `once`: what comes second is nothing new, and taking listeners away again costs 1 µs a request.
  response.on('finish', () => end(false));
  response.on('close', () => end(true));
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
function meetAgain(known: KnownRequest, incoming: NodeRequest, seen: object, options: NormalRequestOptions): void {
  if (known.isIgnored) return;
  const { ignore, fields } = options;
  if (ignore(seen)) {
    // Its span has begun: it ends as it may, and nothing is added to it.
    known.isIgnored = true;
    known.scope = silentScope(known.scope);
    return;
  }
  knowRoute(known, incoming, seen, options);
  const route = routeSoFar(incoming, seen, options);
  if (route !== undefined) nameRequest(known, route);
  if (fields === undefined) return;
  const given = fields(seen);
  if (given !== undefined) runIn(known.scope, () => addContext(given));
  known.fields = both(known.fields, asking(fields, seen));
}

type Routed = Pick<NodeRequest, 'template' | 'route'>;

/** The template of its route, as far as anybody knows it now. */
export function routeSoFar(
  { template }: Routed,
  seen: object,
  { route: own }: NormalRequestOptions,
): string | undefined {
  return own?.(seen) ?? template;
}

/** What the application says of its route, else what the framework does, else what somebody said who came before. */
export function knowRoute(
  known: KnownRequest,
  { template, route }: Routed,
  seen: object,
  { route: own }: NormalRequestOptions,
): void {
  if (route !== undefined) known.route = either(route, known.route);
  else if (template !== undefined) known.route = answering(template);
  if (own !== undefined) known.route = either(asking(own, seen), known.route);
}

// What a request is asked later, made by functions of their own: see `lookingFirst`.

export const asking =
  <T>(question: (seen: object) => T, seen: object) =>
  (): T =>
    question(seen);

const answering =
  <T>(answer: T) =>
  (): T =>
    answer;

const either = <T>(first: () => T | undefined, second: () => T | undefined): (() => T | undefined) =>
  second === unasked ? first : () => first() ?? second();

const both = (first: () => object | undefined, second: () => object | undefined) => (): object => ({
  ...first(),
  ...second(),
});

function answerOf<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined; // a framework that has let go of its request
  }
}

/** Nobody has said anything. */
const unasked = (): undefined => undefined;

export function newRequest(scope: Scope, id: string, method: string): KnownRequest {
  return {
    scope,
    id,
    method,
    route: unasked,
    found: undefined,
    fields: unasked,
    failure: undefined,
    isIgnored: false,
    ending: null,
  };
}

/** It has an id all the same, for code that reads it; nobody is told. */
export function ignoredRequest(
  given: unknown,
  method: string,
  header: (name: string) => unknown,
  { idHeader }: NormalRequestOptions,
): KnownRequest {
  const id = requestIdFrom(given, idHeader === undefined ? undefined : header(idHeader.toLowerCase()));
  const known = newRequest(silentScope(undefined), id, method);
  known.isIgnored = true;
  return known;
}

/** Nothing inside is recorded but warnings and what is worse. */
const silentScope = (outer: Scope | undefined): SilentScope => new SilentScope(outer, 1 + LogLevel.Warn, null);
