import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { runIn } from '../context/scope-store.js';
import type { Logger } from '../core/logger.js';
import { joinThreads } from '../runtime/joined-thread.js';
import type { KnownRequest } from './http-state.js';
import { openRequest } from './node-request.js';
import { failRequest } from './request-failure.js';
import { requestLogger } from './request-logger.js';
import { normaliseRequests, type NormalRequestOptions, type RequestScopeOptions } from './request-options.js';
import { openWebRequest } from './web-request.js';

export type { RequestScopeOptions } from './request-options.js';

/** What `ttlogHono()` adds to a context: `c.get('log')`, `c.var.log`. */
export interface TtlogVariables {
  /** The logger of the request: its records belong to it wherever it is called. From `ttlogHono()`. */
  log: Logger;
}

declare module 'hono' {
  interface ContextVariableMap extends TtlogVariables {}
}

/** What `ttlogHono` takes. */
export type TtlogHonoOptions = RequestScopeOptions<Context>;

/** What `@hono/node-server` gives as `c.env`. */
interface NodeBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * A middleware of Hono: each request runs in a scope with `request_id` (from `X-Request-Id`, or new; sent back) and a root span that continues a
 * valid `traceparent`, has a logger as `c.var.log` and `c.get('log')`, and leaves a completion record with `req`, `res`, `route` and
 * `responseTime` (ms). On `@hono/node-server` that is when the response has been sent, or the client has gone; elsewhere, when it has been made.
 * A request that fails with an error has it on that record, unless a line has told of it already. Use it first.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { Hono } from 'hono';
 * import { init } from 'ttlog';
 * import { ttlogHono } from 'ttlog/hono';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const app = new Hono();
 * app.use(ttlogHono({ ignore: (c) => c.req.path === '/health' }));
 * app.get('/orders/:id', (c) => {
 *   c.var.log.info('Looking it up');
 *   return c.json({ id: c.req.param('id') });
 * });
 * await app.request('/orders/7', { headers: { 'X-Request-Id': 'r-1' } });
 * await handle.shutdown();
 *
 * const lines = memory.records.map(({ message, values }) => [message, values['request_id'], values['route']]);
 * lines; // => [['Looking it up', 'r-1', undefined], ['request completed', 'r-1', '/orders/:id']]
 */
export function ttlogHono(options: TtlogHonoOptions = {}): MiddlewareHandler {
  const normal = normaliseRequests(options, 'ttlogHono');
  return async function ttlog(c, next) {
    const { known, end } = open(c, normal);
    c.set('log', requestLogger(known));
    try {
      await runIn(known.scope, next);
      // Hono has made an answer of what was thrown, before it comes back here.
      if (c.error !== undefined) failRequest(known, c.error);
    } catch (error) {
      failRequest(known, error);
      throw error;
    } finally {
      end?.();
    }
  };
}

function open(c: Context, options: NormalRequestOptions): { known: KnownRequest; end?: () => void } {
  // The id of Hono's own `requestId()`, where that came before.
  const id: unknown = c.get('requestId');
  const found = { seen: c, id, template: templateAhead(c), route: () => routeOf(c) };
  const { incoming, outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
  if (incoming !== undefined && outgoing !== undefined)
    return { known: openRequest({ ...found, request: incoming, response: outgoing }, options) };
  const { known, end } = openWebRequest({ ...found, request: c.req.raw }, options);
  return {
    known,
    end() {
      if (options.idHeader !== undefined && !known.isIgnored) c.header(options.idHeader, known.id);
      end(c.res.status);
    },
  };
}

/** The pattern of whoever came last; but that of a middleware for everything says nothing. */
function routeOf({ req }: Context): string | undefined {
  const route = req.matchedRoutes[req.routeIndex];
  return route === undefined || isForEverything(route) ? undefined : route.path;
}

/** Hono has matched all that will run before the first of it does. */
function templateAhead({ req }: Context): string | undefined {
  return req.matchedRoutes.find((route) => !isForEverything(route))?.path;
}

const isForEverything = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'ALL' && path.endsWith('*');

export { ttlogHono as default };

joinThreads();
