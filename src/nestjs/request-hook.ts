// The way in: Nest's request hook runs before routing and body parsing, on Express as its first middleware, on Fastify as onRequest.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { runIn } from '../context/scope-store.js';
import { templateOf, watchRoute, type RoutedRequest } from '../http/express-route.js';
import { openRequest, type NodeRequest } from '../http/node-request.js';
import { normaliseRequests } from '../http/request-options.js';
import type { Reply } from '../http/send-id.js';
import { nestState } from './nest-state.js';
import type { NestRequest, NestRequestOptions } from './ttlog-module-options.interface.js';

type Done = (error?: Error) => void;
type RequestHook = (request: PlatformRequest, response: PlatformResponse, done: Done) => unknown;

/** What is used of a request of Express or of Fastify. */
export interface PlatformRequest extends RoutedRequest {
  /** Fastify: node's request. */
  readonly raw?: IncomingMessage;
  /** Fastify: the route, found before the hook runs. */
  readonly routeOptions?: { readonly url?: string };
}

type PlatformResponse = ServerResponse | FastifyReply;

interface FastifyReply extends Reply {
  readonly raw: ServerResponse;
}

/** Nest's HTTP adapter, as far as it has to do with hooks. */
export interface RequestHookAdapter {
  setOnRequestHook(hook: RequestHook): void;
}

/**
 * Gives every request of the adapter a scope. Once for each adapter; the options of the first call count.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where an option is wrong.
 */
export function hookRequests(adapter: RequestHookAdapter, options: NestRequestOptions): void {
  if (nestState.hookedAdapters.has(adapter)) return;
  const normal = normaliseRequests<NestRequest>(options, 'requests');
  nestState.hookedAdapters.add(adapter);
  // There is room for one hook only: the one that is there, or comes later, runs inside the scope.
  let inner = (adapter as { onRequestHook?: RequestHook }).onRequestHook;
  adapter.setOnRequestHook(function (this: unknown, request, response, done) {
    const next = () => (inner === undefined ? done() : inner.call(this, request, response, done));
    const known = openRequest(nodeRequest(request, response), normal);
    if (request.raw === undefined) watchRoute(request, known);
    return runIn(known.scope, next);
  });
  adapter.setOnRequestHook = (hook) => {
    inner = hook;
  };
}

function nodeRequest(request: PlatformRequest, response: PlatformResponse): NodeRequest {
  const { raw } = request;
  if (raw === undefined)
    return {
      request: request as unknown as IncomingMessage,
      response: response as ServerResponse,
      route: () => templateOf(request),
    };
  const reply = response as FastifyReply;
  return { request: raw, response: reply.raw, reply, seen: request, template: request.routeOptions?.url };
}

/** Node's own request, by which its scope is found. */
export function rawRequest(request: PlatformRequest): IncomingMessage {
  return request.raw ?? (request as IncomingMessage);
}
