import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import type { Scope } from '../core/scope.js';
import type { RemoteTrace } from '../core/span.js';
import { Span, spanSite } from '../core/span.js';
import { state } from '../core/state.js';
import type { TraceParent } from '../core/traceparent.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A span of another process, of which only the ids are known: what is opened in its scope is its child, events are of its trace. It is
 * never written as a span that begins or ends; where a record refers to it, the ring says who it is.
 */
export function remoteSpan(
  { traceId, spanId, flags }: TraceParent,
  rest: Omit<RemoteTrace, 'flags'>,
  outer?: Scope,
): Span {
  const site = spanSite(state.rootTarget, LogLevel.Debug, 'remote');
  const span: Writable<Span> = new Span(site, L.SPAN_KIND_REMOTE, outer, true);
  span.trace0 = word(traceId, 0);
  span.trace1 = word(traceId, 1);
  span.trace2 = word(traceId, 2);
  span.trace3 = word(traceId, 3);
  span.id0 = word(spanId, 0);
  span.id1 = word(spanId, 1);
  span.parent0 = 0;
  span.parent1 = 0;
  span.trace = { flags, ...rest };
  return span;
}

/** 8 of the hex digits, as a signed number: an id's words are Smis. */
const word = (hex: string, index: number): number => Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16) | 0;
