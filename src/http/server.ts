// Requests that node:http and node:https servers of this process get, by Node's diagnostics channels.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { scopes } from '../context/scope-store.js';
import type { Scope } from '../core/scope.js';
import { subscribeAll } from './channels.js';
import { openRequest } from './node-request.js';
import type { NormalRequestOptions } from './request-options.js';

interface Message {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * A scope for each request, before anybody else has seen it. Node calls the application's handler next, on the same stack, so that the
 * scope need only be entered; each request enters its own, which is why none sees that of the one before on its connection.
 */
export function observeServers(options: NormalRequestOptions): () => void {
  return subscribeAll({
    'http.server.request.start': ({ request, response }: Message) => {
      let scope: Scope | undefined;
      try {
        scope = openRequest({ request, response }, options).scope;
      } finally {
        // Where it fails, the request must not find the scope of an earlier one either.
        scopes.enterWith(scope);
      }
    },
  });
}
