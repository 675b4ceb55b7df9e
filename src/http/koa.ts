import { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { runIn } from '../context/scope-store.js';
import type { Logger } from '../core/logger.js';
import type { Scope } from '../core/scope.js';
import { joinThreads } from '../runtime/joined-thread.js';
import { httpState, knownRequest } from './http-state.js';
import { routeOf, watchMatchedRoute } from './koa-route.js';
import { openRequest } from './node-request.js';
import { failRequest } from './request-failure.js';
import { requestLogger } from './request-logger.js';
import { keepHeader } from './send-id.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';

export type { RequestScopeOptions } from './request-options.js';

declare module 'koa' {
  interface ExtendableContext {
    /** Its id: that of `X-Request-Id`, or a new one. From `ttlogKoa()`. */
    id: string;
    /** The logger of the request: its records belong to it wherever it is called. From `ttlogKoa()`. */
    log: Logger;
  }
}

/** What `ttlogKoa` takes. */
export type TtlogKoaOptions = RequestScopeOptions<Context>;

/**
 * A middleware of Koa: each request runs in a scope with `request_id` (from `X-Request-Id`, or new; sent back) and a root span that continues a
 * valid `traceparent`, has `ctx.log` and `ctx.id`, and leaves a completion record with `req`, `res`, `responseTime` (ms), and `route` where
 * `@koa/router` has found one, when it is over, also where the client went away. A request that fails with an error has it on that record,
 * unless a line has told of it already. Use it first.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import Koa from 'koa';
 * import { init } from 'ttlog';
 * import { ttlogKoa } from 'ttlog/koa';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const app = new Koa();
 * app.use(ttlogKoa({ ignore: (ctx) => ctx.path === '/health' }));
 * app.use((ctx) => {
 *   ctx.log.info('Looking it up');
 *   ctx.body = { id: 7 };
 * });
 *
 * const server = app.listen(0, '127.0.0.1');
 * await new Promise((resolve) => server.once('listening', resolve));
 * const { port } = server.address() as { port: number };
 * await (await fetch(`http://127.0.0.1:${port}/orders/7`, { headers: { 'X-Request-Id': 'r-1' } })).text();
 * await new Promise((resolve) => server.close(resolve));
 * await handle.shutdown();
 *
 * const lines = memory.records.map(({ message, values }) => [message, values['request_id']]);
 * lines; // => [['Looking it up', 'r-1'], ['request completed', 'r-1']]
 */
export function ttlogKoa(options: TtlogKoaOptions = {}): Middleware {
  const normal = normaliseRequests(options, 'ttlogKoa');
  return async function ttlog(ctx, next) {
    const known = openRequest(
      { request: ctx.req, response: ctx.res, seen: ctx, id: ctx.id, template: routeOf(ctx), route: () => routeOf(ctx) },
      normal,
    );
    ctx.id = known.id;
    ctx.log = requestLogger(known);
    observeApp(ctx.app);
    try {
      await runIn(known.scope, next);
      if (ctx.body instanceof Readable) readIn(known.scope, ctx.body);
    } catch (error) {
      failRequest(known, error);
      if (normal.idHeader !== undefined) keepHeader(ctx.res, normal.idHeader);
      throw error;
    }
  };
}

/** Koa reads a stream when all middleware has returned, outside of any scope: what it is made of would run there, too. */
function readIn(scope: Scope, body: Readable): void {
  body.read = readingIn(scope, body.read.bind(body));
}

/** A function of its own: see `lookingFirst`. */
function readingIn(scope: Scope, read: Readable['read']): Readable['read'] {
  return (size) => runIn(scope, () => read(size) as unknown);
}

function observeApp(app: Context['app']): void {
  if (httpState.koaApps.has(app)) return;
  httpState.koaApps.add(app);
  watchMatchedRoute(app.context);
  listenForErrors(app);
}

/**
 * What breaks while the body is sent passes by no middleware: Koa emits it. By the first request Koa has its own listener, which prints, where
 * the application has none; so that this one changes nothing.
 */
function listenForErrors(app: Context['app']): void {
  app.on('error', (error: unknown, ctx: Context | undefined) => {
    const known = ctx && knownRequest(ctx.req);
    // What has passed by the middleware comes again, what was no Error in another's clothes.
    if (known !== undefined && known.failure === undefined) failRequest(known, error);
  });
}

export { ttlogKoa as default };

joinThreads();
