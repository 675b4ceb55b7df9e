import { newSpanId, newTraceId } from '../core/ids.js';
import type { Scope } from '../core/scope.js';
import { SILENCE_SPANS } from '../core/scope.js';
import type { SilentScope } from '../core/silence.js';
import { runningScope } from './scope-store.js';

/** The headers of W3C Trace Context and W3C Baggage. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}

/** Their names. */
export const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage'] as const;

/** What others are to be told of the trace that a scope belongs to: nothing outside of one, and nothing inside `suppress`. */
export function traceHeadersOf(scope: Scope | undefined = runningScope()): TraceHeaders {
  if (scope === undefined || scope.silence > SILENCE_SPANS) return {};
  if (scope.silence === SILENCE_SPANS) return unrecordedHeaders(scope);
  const { span } = scope;
  if (span === null) return {};
  const { traceparent, trace } = span;
  const baggage = scope.foreign === null ? '' : scope.foreign.baggage;
  if (trace === null) return headers(traceparent, '', baggage);
  return headers(traceparent, trace.tracestate, baggage === '' ? trace.baggage : baggage);
}

/** A trace that is not sampled has no ids here; others get some, with which to not sample it either. */
function unrecordedHeaders(scope: Scope): TraceHeaders {
  const at = silentRootOf(scope);
  if (at === undefined) return {};
  at.trace ??= { traceparent: `00-${newTraceId()}-${newSpanId()}-00`, tracestate: '', baggage: '' };
  return headers(at.trace.traceparent, at.trace.tracestate, at.trace.baggage);
}

/** Where the trace begins that a scope is in and that is not sampled. */
export function silentRootOf(scope: Scope | undefined): SilentScope | undefined {
  let at = scope;
  while (at !== undefined && !isSilentScope(at)) at = at.outer;
  return at;
}

/** Of another copy of ttlog, too. */
function isSilentScope(scope: Scope): scope is SilentScope {
  return (scope as Partial<SilentScope>).isTraceRoot === true;
}

function headers(traceparent: string, tracestate: string, baggage: string): TraceHeaders {
  return { traceparent, ...(tracestate !== '' && { tracestate }), ...(baggage !== '' && { baggage }) };
}
