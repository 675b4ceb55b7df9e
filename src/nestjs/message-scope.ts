// The scope of a message that came in by a microservice's transport or a gateway: around guards, pipes, interceptors, the handler and filters.
import { randomUUID } from 'node:crypto';
import { withCarrier } from '../context/carrier.js';
import { runIn } from '../context/scope-store.js';
import { span } from '../context/spans.js';
import { hasFailure } from '../core/error-lines.js';
import { Context } from '../core/scope.js';
import type { Span } from '../core/span.js';
import { TRACE_HEADERS, type TraceHeaders } from '../context/trace-headers.js';

/**
 * Opens it: a context of its own with a `request_id`, and a span that continues the trace that came with the message, if any. What happened to be
 * running, such as the request that opened the socket, is not part of it.
 */
export function openMessage(name: string, fields: object, headers: TraceHeaders, kind: 'server' | 'consumer'): Span {
  const context = new Context({ request_id: randomUUID() }, undefined);
  // Its failure has its line where it happened.
  return runIn(context, () => withCarrier(headers, () => span(name, fields, { err: false, kind })));
}

/** Its outcome is that of what happened inside: Nest hands errors to filters, and nobody above sees them. */
export function endMessage(message: Span): void {
  if (hasFailure(message)) message.setOutcome('error');
  message.end();
}

/** Those of W3C Trace Context, and nothing else of what the other side says. */
export function traceHeadersIn(headers: unknown): TraceHeaders {
  if (typeof headers !== 'object' || headers === null) return {};
  const { get } = headers as { get?: unknown };
  const read = (name: string): unknown =>
    typeof get === 'function' ? (get as (name: string) => unknown).call(headers, name) : (headers as never)[name];
  const found: Record<string, string> = {};
  for (const name of TRACE_HEADERS) {
    const value = read(name);
    if (typeof value === 'string' || value instanceof Uint8Array) found[name] = Buffer.from(value as string).toString();
  }
  return found;
}
