import type { IncomingMessage, ServerResponse } from 'node:http';
import { runIn } from '../context/scope-store.js';
import type { Logger } from '../core/logger.js';
import { openRequest } from './node-request.js';
import { requestLogger } from './request-logger.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';

/** What a request has besides, from `ttlogHttp()` and `ttlogExpress()`. */
export interface RequestLog {
  /** Its id: that of `X-Request-Id`, or a new one. */
  id: string;
  /** The logger of the request: its records belong to it wherever it is called, also in listeners and pools where the scope is lost. */
  log: Logger;
}

/**
 * Wraps a handler of `node:http`, `node:https` or the compatible side of `node:http2`, so that each request runs in a scope: `request_id` (from
 * `X-Request-Id`, or new; sent back), a root span that continues a valid `traceparent`, a completion record when it is over, also where the
 * client went away; and `request.log`. What the handler returns or throws is left alone.
 *
 * For all servers of a process at once, and without touching them, there is `instrumentHttp()`; where both are there, a request has one scope.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { createServer } from 'node:http';
 * import { init } from 'ttlog';
 * import { ttlogHttp } from 'ttlog/http';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const server = createServer(
 *   ttlogHttp((request, response) => {
 *     request.log.info('Looking it up');
 *     response.end(request.id);
 *   }),
 * );
 * await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
 * const { port } = server.address() as { port: number };
 * const response = await fetch(`http://127.0.0.1:${port}/orders`, { headers: { 'X-Request-Id': 'r-1' } });
 * await response.text(); // => 'r-1'
 * await new Promise((resolve) => server.close(resolve));
 * await handle.shutdown();
 *
 * const lines = memory.records.map(({ message, values }) => [message, values['request_id']]);
 * lines; // => [['Looking it up', 'r-1'], ['request completed', 'r-1']]
 */
export function ttlogHttp<Q extends object = IncomingMessage, S extends object = ServerResponse, R = unknown>(
  handler: (request: Q & RequestLog, response: S) => R,
  options: RequestScopeOptions<Q> = {},
): (request: Q, response: S) => R {
  const normal = normaliseRequests(options, 'ttlogHttp');
  return function (this: unknown, request, response) {
    const known = openRequest({ request: request as never, response: response as never }, normal);
    const seen = Object.assign(request, { id: known.id, log: requestLogger(known) });
    return runIn(known.scope, () => handler.call(this, seen, response));
  };
}
