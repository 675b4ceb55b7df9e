import { wordOf } from '../core/ids.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import type { Scope } from '../core/scope.js';
import type { RemoteTrace } from '../core/span.js';
import { Span, spanRules, spanSite } from '../core/span.js';
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
  const span: Writable<Span> = new Span(site, spanRules(L.SPAN_KIND_REMOTE), outer, true);
  span.trace0 = wordOf(traceId, 0);
  span.trace1 = wordOf(traceId, 1);
  span.trace2 = wordOf(traceId, 2);
  span.trace3 = wordOf(traceId, 3);
  span.id0 = wordOf(spanId, 0);
  span.id1 = wordOf(spanId, 1);
  span.trace = { flags, ...rest };
  return span;
}
