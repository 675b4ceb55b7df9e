// The way in: Nest's request hook runs before routing and body parsing, on Express as its first middleware, on Fastify as onRequest.
import { validateHeaderName, type IncomingMessage, type ServerResponse } from 'node:http';
import { checkOptions, invalidOption } from '../../core/errors.js';
import { nestState } from '../nest-state.js';
import type { RequestScopeOptions } from '../ttlog-module-options.interface.js';
import type { IncomingRequest } from './request-scope.js';
import { runRequest } from './request-scope.js';

type Done = (error?: Error) => void;
type RequestHook = (request: PlatformRequest, response: PlatformResponse, done: Done) => unknown;

/** What is used of a request of Express or of Fastify. */
interface PlatformRequest {
  /** Fastify: node's request. */
  readonly raw?: IncomingMessage;
  /** Fastify: the route, found before the hook runs. */
  readonly routeOptions?: { readonly url?: string };
  /** Express: the route, once it is found. */
  readonly route?: { readonly path?: unknown };
}

interface PlatformResponse {
  /** Fastify: node's response. */
  readonly raw?: ServerResponse;
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
export function hookRequests(adapter: RequestHookAdapter, options: RequestScopeOptions): void {
  if (nestState.hookedAdapters.has(adapter)) return;
  checkOptions('requests', options, ['ignore', 'idHeader']);
  const { ignore, idHeader = 'X-Request-Id' } = options;
  checkHeaderName(idHeader);
  if (ignore !== undefined && typeof ignore !== 'function')
    throw invalidOption('requests.ignore', 'a function', ignore);
  nestState.hookedAdapters.add(adapter);
  // There is room for one hook only: the one that is there, or comes later, runs inside the scope.
  let inner = (adapter as { onRequestHook?: RequestHook }).onRequestHook;
  adapter.setOnRequestHook(function (this: unknown, request, response, done) {
    const next = () => (inner === undefined ? done() : inner.call(this, request, response, done));
    const incoming = incomingRequest(request, response);
    if (isIgnored(incoming.request, ignore)) return next();
    return runRequest(incoming, idHeader, next);
  });
  adapter.setOnRequestHook = (hook) => {
    inner = hook;
  };
}

function checkHeaderName(name: string): void {
  try {
    validateHeaderName(name);
  } catch {
    throw invalidOption('requests.idHeader', 'the name of a header', name, "Say idHeader: 'X-Request-Id'.");
  }
}

function isIgnored(request: IncomingMessage, ignore: RequestScopeOptions['ignore']): boolean {
  if (ignore === undefined) return false;
  try {
    return ignore(request);
  } catch {
    return false;
  }
}

function incomingRequest(request: PlatformRequest, response: PlatformResponse): IncomingRequest {
  return {
    request: request.raw ?? (request as IncomingMessage),
    response: response.raw ?? (response as ServerResponse),
    route: () => {
      const template = request.routeOptions?.url ?? request.route?.path;
      return typeof template === 'string' ? template : undefined;
    },
  };
}
