import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { runIn } from '../context/scope-store.js';
import type { Logger } from '../core/logger.js';
import { joinThreads } from '../runtime/joined-thread.js';
import { templateOf, watchRoute } from './express-route.js';
import { knownRequest } from './http-state.js';
import { openRequest } from './node-request.js';
import { failRequest } from './request-failure.js';
import { requestLogger } from './request-logger.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';

export type { RequestScopeOptions } from './request-options.js';

declare global {
  // The namespace is the one that Express's types are extended by; it exists without them, too.
  namespace Express {
    interface Request {
      /** Its id: that of `X-Request-Id`, or a new one. */
      id: string;
      /** The logger of the request: its records belong to it wherever it is called. */
      log: Logger;
    }
  }
}

/** What `ttlogExpress` takes. */
export type TtlogExpressOptions = RequestScopeOptions<Request>;

/**
 * A middleware of Express 4 and 5 (and of what takes the same, such as Connect): each request runs in a scope with `request_id` (from
 * `X-Request-Id`, or new; sent back) and a root span that continues a valid `traceparent`, has `req.log` and `req.id`, and leaves a completion
 * record with `req`, `res`, `route` and `responseTime` (ms) when it is over, also where the client went away. Use it first.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import express from 'express';
 * import { info, init } from 'ttlog';
 * import { ttlogExpress, ttlogExpressErrors } from 'ttlog/express';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const app = express();
 * app.use(ttlogExpress({ ignore: (req) => req.path === '/health' }));
 * app.get('/orders/:id', (req, res) => {
 *   req.log.info('Looking it up', { id: req.params.id });
 *   info('so does this one'); // in the same request: it has request_id and trace_id, too
 *   res.json({ id: req.params.id });
 * });
 * app.use(ttlogExpressErrors());
 *
 * const server = app.listen(0, '127.0.0.1');
 * await new Promise((resolve) => server.once('listening', resolve));
 * const { port } = server.address() as { port: number };
 * await (await fetch(`http://127.0.0.1:${port}/orders/7`)).text();
 * await new Promise((resolve) => server.close(resolve));
 * await handle.shutdown();
 *
 * const completed = memory.records.at(-1)!;
 * [completed.message, completed.values['route'], completed.values['res']]; // => ['request completed', '/orders/:id', { statusCode: 200 }]
 */
export function ttlogExpress(options: TtlogExpressOptions = {}): RequestHandler {
  const normal = normaliseRequests(options, 'ttlogExpress');
  return function ttlog(request, response, next) {
    const known = openRequest({ request, response, id: request.id, route: () => templateOf(request) }, normal);
    watchRoute(request, known);
    request.id = known.id;
    request.log = requestLogger(known);
    runIn(known.scope, next);
  };
}

/**
 * An error middleware of Express 4 and 5 that hears of what handlers throw, and hands it on: the completion record of a request that fails with
 * it is at error level and has it as `err`, unless a line has told of it already. Use it behind all routes, before error handlers of yours.
 *
 * @example
 * import express from 'express';
 * import { ttlogExpress, ttlogExpressErrors } from 'ttlog/express';
 *
 * const app = express();
 * app.use(ttlogExpress());
 * app.get('/', () => {
 *   throw new Error('broken');
 * });
 * app.use(ttlogExpressErrors());
 * app.use(((_error, _req, res, _next) => void res.status(500).json({ error: 'sorry' })) as express.ErrorRequestHandler);
 */
export function ttlogExpressErrors(): ErrorRequestHandler {
  return function ttlogErrors(error: unknown, request, _response, next) {
    const known = knownRequest(request);
    if (known === undefined) next(error);
    else {
      failRequest(known, error);
      // Error handlers of Express run in whatever scope called next(), which may be that of a listener: none.
      runIn(known.scope, () => next(error));
    }
  };
}

export { ttlogExpress as default };

joinThreads();
