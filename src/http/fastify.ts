import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { runIn } from '../context/scope-store.js';
import { joinThreads } from '../runtime/joined-thread.js';
import { fastifyLogger, ourLogger } from './fastify-logger.js';
import { knownRequest } from './http-state.js';
import { openRequest } from './node-request.js';
import { failRequest } from './request-failure.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';

export type { FastifyLoggerOptions } from './fastify-logger.js';
export { fastifyLogger } from './fastify-logger.js';
export type { RequestScopeOptions } from './request-options.js';

/** What `ttlogFastify` takes. */
export type TtlogFastifyOptions = RequestScopeOptions<FastifyRequest>;

/** What Fastify passes on besides, to every plugin. */
const OF_FASTIFY = new Set(['prefix', 'logLevel', 'logSerializers']);

/** The id that `genReqId` of the application has made; undefined for the number that Fastify gives where nobody says how. */
function ownId(id: unknown): string | undefined {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && !/^req-[\da-z]+$/.test(id) ? id : undefined;
}

const plugin: FastifyPluginAsync<TtlogFastifyOptions> = async (app, options) => {
  const own = Object.entries(options).filter(([key]) => !OF_FASTIFY.has(key));
  const normal = normaliseRequests<FastifyRequest>(Object.fromEntries(own), 'ttlogFastify');
  /** For requests whose logger is not one of ours. */
  const rest = ourLogger(fastifyLogger())!;
  for (const log of [ourLogger(app.log), rest]) log?.leaveRequests();

  app.addHook('onRequest', (request, reply, next) => {
    const { id } = request;
    const known = openRequest(
      {
        request: request.raw,
        response: reply.raw,
        reply,
        seen: request,
        id: ownId(id),
        // Found before the first hook runs.
        template: request.routeOptions.url,
      },
      normal,
    );
    const log = (ourLogger(request.log) ?? rest).ofRequest(known.scope, id);
    Object.assign(request, { id: known.id, log });
    Object.assign(reply, { log });
    runIn(known.scope, next);
  });
  app.addHook('onError', (request, _reply, error, next) => {
    const known = knownRequest(request.raw);
    if (known !== undefined) failRequest(known, error);
    next();
  });
};

/**
 * A plugin of Fastify 5: each request runs in a scope with `request_id` (from `X-Request-Id`, or Fastify's own `genReqId`, or new; sent back) and a
 * root span that continues a valid `traceparent`, has a `request.log` that belongs to it wherever it is called, and leaves a completion record with
 * `req`, `res`, `route` and `responseTime` (ms) when it is over, also where the client went away. Register it first. It goes for all of the
 * application, as plugins in `fastify-plugin` do.
 *
 * With `loggerInstance: fastifyLogger()` what Fastify itself says goes to ttlog, too.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option, when the application starts.
 * @example
 * import { fastify } from 'fastify';
 * import { info, init } from 'ttlog';
 * import { fastifyLogger, ttlogFastify } from 'ttlog/fastify';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const app = fastify({ loggerInstance: fastifyLogger() });
 * await app.register(ttlogFastify, { ignore: (request) => request.url === '/health' });
 * app.get('/orders/:id', async (request) => {
 *   request.log.info({ sku: 'grinder' }, 'Looking it up');
 *   info('so does this one'); // in the same request: it has request_id and trace_id, too
 *   return { id: request.id };
 * });
 * await app.inject({ url: '/orders/7', headers: { 'x-request-id': 'r-1' } });
 * await app.close();
 * await handle.shutdown();
 *
 * const lines = memory.records.map(({ message, values }) => [message, values['request_id']]);
 * lines; // => [['Looking it up', 'r-1'], ['so does this one', 'r-1'], ['request completed', 'r-1']]
 */
export const ttlogFastify: FastifyPluginAsync<TtlogFastifyOptions> = Object.assign(plugin, {
  // What fastify-plugin says: the hooks are the application's, not those of a scope of its own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'ttlog',
  [Symbol.for('plugin-meta')]: { name: 'ttlog', fastify: '>=5.0.0' },
});

export { ttlogFastify as default };

joinThreads();
