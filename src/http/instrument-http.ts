import { checkOptions } from '../core/errors.js';
import { observeFetch } from './client-fetch.js';
import { observeHttpClients } from './client-http.js';
import { normaliseClient, type ClientOptions } from './client-options.js';
import { httpState } from './http-state.js';
import { normaliseRequests, type RequestScopeOptions } from './request-options.js';
import { observeServers } from './server.js';

/** What `instrumentHttp` takes. */
export interface HttpOptions {
  /** Requests that servers of this process get; `false` to leave them alone. @default {} */
  server?: RequestScopeOptions | false;
  /** Requests that this process makes; `false` to leave them alone. @default {} */
  client?: ClientOptions | false;
}

/**
 * Records Node's own HTTP: each request that a `node:http` or `node:https` server gets, and each that `node:http`, `node:https`, `fetch` or undici
 * makes. By diagnostics channels alone; nothing is patched. `ttlog/auto` calls it.
 *
 * 1. A request runs in a scope: `request_id` (from `X-Request-Id`, or new; sent back), a root span that continues a valid `traceparent`, and a
 *    completion record when it is over, also where the client went away.
 * 2. A call has a span of target `http.client`, and tells the other side: `traceparent`, `tracestate`, `baggage`. On Node 20 that goes for
 *    `fetch` alone; with `node:http` send `exportContext({ fields: false })` among the headers.
 * 3. Inside `suppress()` calls are neither recorded nor told.
 *
 * Once in a process: a second call changes nothing. Ends when all that was returned has been disposed of.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { createServer } from 'node:http';
 * import { init } from 'ttlog';
 * import { instrumentHttp } from 'ttlog/http';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const instrumented = instrumentHttp({ server: { ignore: ({ url }) => url === '/health' } });
 *
 * const server = createServer((_request, response) => response.end('hello'));
 * await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
 * const { port } = server.address() as { port: number };
 * await (await fetch(`http://127.0.0.1:${port}/orders`)).text();
 * await (await fetch(`http://127.0.0.1:${port}/health`)).text();
 * await new Promise((resolve) => server.close(resolve));
 * instrumented[Symbol.dispose]();
 * await handle.shutdown();
 *
 * const lines = memory.records.map(({ message, values }) => [message, values['res']]);
 * lines; // => [['request completed', { statusCode: 200 }]]
 */
export function instrumentHttp(options: HttpOptions = {}): Disposable {
  checkOptions('instrumentHttp()', options, ['server', 'client']);
  const { server = {}, client = {} } = options;
  const requests = server === false ? undefined : normaliseRequests(server, 'server');
  const calls = client === false ? undefined : normaliseClient(client);
  if (httpState.instrumentations++ === 0) {
    const undo: (() => void)[] = [];
    if (requests !== undefined) undo.push(observeServers(requests));
    if (calls !== undefined) undo.push(observeHttpClients(calls), observeFetch(calls));
    httpState.uninstrument = () => {
      for (const one of undo) one();
    };
  }
  let isDisposed = false;
  return {
    [Symbol.dispose]() {
      if (isDisposed) return;
      isDisposed = true;
      if (--httpState.instrumentations === 0) httpState.uninstrument();
    },
  };
}
