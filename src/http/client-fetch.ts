// Calls of fetch and of undici, by undici's diagnostics channels: those of the one in Node, and of one that is installed.
import { subscribeAll } from './channels.js';
import type { NormalClientOptions } from './client-options.js';
import { openClientSpan, type ClientSpan } from './client-span.js';

/** What is used of undici's request. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  /** Names and values in turn; before undici 6 the text of the headers. */
  readonly headers: readonly unknown[] | string;
  addHeader(name: string, value: string): void;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

/** A span for each request, also for each step of a redirection, from its beginning to the end of its answer. */
export function observeFetch(options: NormalClientOptions): () => void {
  const spans = new WeakMap<UndiciRequest, ClientSpan>();
  return subscribeAll({
    'undici:request:create': ({ request }: Message) => {
      const { method, origin, path } = request;
      const addHeader = hasTraceparent(request.headers)
        ? undefined
        : (name: string, value: string) => request.addHeader(name, value);
      const span = openClientSpan({ method, url: `${String(origin)}${path}` }, options, addHeader);
      if (span !== undefined) spans.set(request, span);
    },
    'undici:request:headers': ({ request, response }: Message) => {
      const span = spans.get(request);
      if (span !== undefined) span.statusCode = response.statusCode;
    },
    'undici:request:trailers': ({ request }: Message) => spans.get(request)?.end(true, undefined),
    'undici:request:error': ({ request, error }: Message) => spans.get(request)?.end(false, error),
  });
}

function hasTraceparent(headers: readonly unknown[] | string): boolean {
  if (typeof headers === 'string') return /^traceparent:/im.test(headers);
  return headers.some((name, i) => i % 2 === 0 && String(name).toLowerCase() === 'traceparent');
}
