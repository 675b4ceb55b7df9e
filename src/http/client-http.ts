// Calls of node:http and node:https, by Node's diagnostics channels.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { openClientSpan, type ClientSpan } from './client-span.js';
import type { NormalClientOptions } from './client-options.js';
import { subscribeAll } from './channels.js';

interface Call {
  response: IncomingMessage | undefined;
  error: unknown;
}

interface Message {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  readonly error: unknown;
}

/**
 * A span for each call, from its beginning to the end of its answer. Where Node says that a request has been made (22 and later) its headers
 * can still be added to; Node 20 says only that it has been sent.
 */
export function observeHttpClients(options: NormalClientOptions): () => void {
  const calls = new WeakMap<ClientRequest, Call>();

  function begin(request: ClientRequest): void {
    if (calls.has(request)) return;
    const mayAdd = !request.headersSent && !request.hasHeader('traceparent');
    const addHeader = mayAdd ? (name: string, value: string) => void request.setHeader(name, value) : undefined;
    const span = openClientSpan(callOf(request), options, addHeader);
    const call: Call = { response: undefined, error: undefined };
    calls.set(request, call);
    if (span !== undefined) request.once('close', () => end(request, span, call));
  }

  function end(request: ClientRequest, span: ClientSpan, { response, error }: Call): void {
    // An upgrade has an answer that is announced to its listener alone.
    const answer = response ?? (request as { res?: IncomingMessage }).res;
    // Once there is an answer it is the answer that breaks off.
    const failure = error ?? answer?.errored ?? undefined;
    span.statusCode = answer?.statusCode ?? null;
    span.end(answer !== undefined && failure === undefined && (answer.complete || answer.statusCode === 101), failure);
  }

  return subscribeAll({
    'http.client.request.created': ({ request }: Message) => begin(request),
    'http.client.request.start': ({ request }: Message) => begin(request),
    'http.client.response.finish': ({ request, response }: Message) => {
      const call = calls.get(request);
      if (call !== undefined) call.response = response;
    },
    'http.client.request.error': ({ request, error }: Message) => {
      const call = calls.get(request);
      if (call !== undefined) call.error = error;
    },
  });
}

function callOf(request: ClientRequest): { method: string; url: string } {
  const host = request.getHeader('host');
  return {
    method: request.method,
    url: `${request.protocol}//${typeof host === 'string' ? host : request.host}${request.path}`,
  };
}
