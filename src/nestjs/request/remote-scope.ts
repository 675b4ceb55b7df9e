import { parseTraceparent } from '../../context/traceparent.js';
import type { Context, Scope } from '../../core/scope.js';
import type { Span } from '../../core/span.js';

/**
 * The scope in which a span is opened to continue the trace of a `traceparent` header: a span takes its trace and its parent from the
 * span of its scope, of which it reads the ids and nothing else. undefined where the header is not valid.
 */
export function remoteScope(traceparent: unknown, context: Context): Scope | undefined {
  const parsed = parseTraceparent(traceparent);
  if (parsed === undefined) return undefined;
  const { traceId, spanId } = parsed;
  const ids = {
    trace0: word(traceId, 0),
    trace1: word(traceId, 1),
    trace2: word(traceId, 2),
    trace3: word(traceId, 3),
    id0: word(spanId, 0),
    id1: word(spanId, 1),
  } satisfies Partial<Span>;
  return { context, span: ids as Span, disposed: false, outer: undefined };
}

/** 8 of the hex digits, as a number. */
const word = (hex: string, index: number): number => Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16);
