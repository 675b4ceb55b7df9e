// OpenTelemetry's contexts and ttlog's scopes: each knows the other's, so that there is one of what is running.
import type { Context as OtelContext, Span as ApiSpan } from '@opentelemetry/api';
import {
  createContextKey,
  createTraceState,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { remoteSpan } from '../../context/remote-span.js';
import { runningScope } from '../../context/scope-store.js';
import { silentRootOf, traceHeadersOf } from '../../context/trace-headers.js';
import * as L from '../../core/layout.js';
import type { Context, ForeignScope, Scope } from '../../core/scope.js';
import { liveScope, SILENCE_SPANS } from '../../core/scope.js';
import type { Span } from '../../core/span.js';
import { parseTraceparent } from '../../core/traceparent.js';
import { baggageOf, baggageText } from './baggage.js';
import { coreOf, OtelSpan } from './span.js';

/** Where a context has the scope that it was the context of. */
const SCOPE = createContextKey('ttlog scope');
/** As `suppressTracing` of @opentelemetry/core calls it. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** No spans, nobody is told of a trace; of events only those at trace level are left out. */
export const SILENCE_SUPPRESSED = SILENCE_SPANS + 1;

/** A context of OpenTelemetry's that somebody runs something in. */
class OtelScope implements ForeignScope {
  readonly context: Context | null;
  readonly span: Span | null;
  readonly silence: number;
  disposed = false;
  /** Where a trace begins that is not sampled: its ids are there. */
  readonly outer: Scope | undefined;
  readonly foreign: ForeignScope;
  readonly baggage: string;
  readonly otel: OtelContext;
  /** How many of its kind it keeps, one inside the other. */
  readonly depth: number;

  /** Fields are those of the scope that the context comes from, and where it does not come from any, those of the running one. */
  constructor(otel: OtelContext, from: Scope | undefined, running: Scope | undefined) {
    const span = trace.getSpan(otel);
    const isSpanOfFrom = from !== undefined && span === trace.getSpan(contextOf(from));
    const core = isSpanOfFrom ? from : span === undefined ? undefined : (coreOf(span) ?? remoteOf(span));
    this.context = (from ?? running)?.context ?? null;
    this.span = core?.span ?? null;
    this.silence = silenceOf(otel, from, running, core);
    this.outer = this.silence === SILENCE_SPANS ? silentRootOf(core) : undefined;
    this.baggage = baggageText(propagation.getBaggage(otel));
    this.otel = otel;
    this.depth = 1 + Math.max(depthOf(from), depthOf(core), depthOf(this.context));
    this.foreign = this.depth < MAX_DEPTH ? this : this.alone;
    // What is opened inside finds it there, and not in the context, which it does not keep.
    if (this.foreign !== this && span !== undefined && this.span !== null) spans.set(this.span, span);
  }

  get alone(): OtelScope {
    return new OtelScope(trace.deleteSpan(this.otel).deleteValue(SCOPE), undefined, undefined);
  }

  get isServing(): boolean {
    return isServing(trace.getSpan(this.otel));
  }
}

/** Contexts that come from each other so often keep no more than their values: work that reschedules itself would keep all there ever was. */
export const MAX_DEPTH = 64;

function depthOf(scope: Scope | null | undefined): number {
  if (scope === undefined || scope === null) return 0;
  const { foreign, context } = scope as { foreign: OtelScope | null; context: { foreign: unknown } | null };
  const around = context === null ? null : (context.foreign as OtelScope | null);
  return Math.max(foreign === null ? 0 : foreign.depth, around === null ? 0 : around.depth);
}

/** Whether a span is that of a request which is being answered. Those of SDKs have a `kind`, of which their API does not speak. */
export function isServing(span: ApiSpan | undefined): boolean {
  if (span?.isRecording() !== true) return false;
  const core = coreOf(span);
  const kind = core === undefined ? (span as { kind?: unknown }).kind : core.rules.role >> L.SPAN_ROLE_SHIFT;
  return kind === SpanKind.SERVER;
}

function silenceOf(
  otel: OtelContext,
  from: Scope | undefined,
  running: Scope | undefined,
  core: Scope | undefined,
): number {
  if (otel.getValue(SUPPRESSED) === true) return Math.max(SILENCE_SUPPRESSED, from?.silence ?? 0);
  // A context of nowhere does not get out of `suppress`.
  if (from === undefined && running !== undefined && running.silence > SILENCE_SPANS) return running.silence;
  return core?.silence === SILENCE_SPANS ? SILENCE_SPANS : 0;
}

/** Of whichever build of ttlog. */
function isOtelScope(scope: Scope): scope is OtelScope {
  return (scope as Partial<OtelScope>).otel !== undefined;
}

const contexts = new WeakMap<Scope, OtelContext>();

/** The context of what runs in a scope. The same one each time. */
export function contextOf(scope: Scope | undefined): OtelContext {
  if (scope === undefined) return ROOT_CONTEXT;
  if (isOtelScope(scope)) return scope.otel;
  const around = scope.foreign as OtelScope | null;
  let context = contexts.get(scope);
  if (context === undefined) {
    context = derive(scope, around?.otel ?? ROOT_CONTEXT);
    contexts.set(scope, context);
  }
  return context;
}

/** The context around a scope, with what the scope has of its own. */
function derive(scope: Scope, around: OtelContext): OtelContext {
  let context = around.setValue(SCOPE, scope);
  const span = spanOf(scope);
  if (span !== trace.getSpan(around))
    context = span === undefined ? trace.deleteSpan(context) : trace.setSpan(context, span);
  if (scope.silence > SILENCE_SPANS) context = context.setValue(SUPPRESSED, true);
  const { baggage = '' } = traceHeadersOf(scope);
  if (baggage !== '' && baggage !== scope.foreign?.baggage)
    context = propagation.setBaggage(context, baggageOf(baggage));
  return context;
}

/** The scope to run something in that is to have a context. */
export function scopeOf(context: OtelContext): Scope | undefined {
  const running = runningScope();
  if (running === undefined ? context === ROOT_CONTEXT : contextOf(running) === context) return running;
  const from = liveScope(context.getValue(SCOPE) as Scope | undefined);
  return from !== undefined && contexts.get(from) === context ? from : new OtelScope(context, from, running);
}

/** The span of a scope, as OpenTelemetry sees it. */
function spanOf(scope: Scope): ApiSpan | undefined {
  const { span, foreign, silence } = scope;
  if (silence === SILENCE_SPANS) return unsampled(scope);
  if (span === null) return undefined;
  return foreign !== null && foreign.span === span ? trace.getSpan((foreign as OtelScope).otel) : spanFor(span);
}

const spans = new WeakMap<Span, ApiSpan>();

/** A span that was opened by ttlog, or came with a carrier. The same one each time. */
function spanFor(core: Span): ApiSpan {
  let span = spans.get(core);
  if (span === undefined) {
    span = new OtelSpan(core, false, false, undefined);
    if (core.kind === L.SPAN_KIND_REMOTE) span = trace.wrapSpanContext({ ...span.spanContext(), isRemote: true });
    spans.set(core, span);
  }
  return span;
}

/** Nothing is recorded of its trace, and others are told so. */
function unsampled(scope: Scope): ApiSpan | undefined {
  const { traceparent, tracestate } = traceHeadersOf(scope);
  const ids = parseTraceparent(traceparent);
  if (ids === undefined) return undefined;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  const { traceId, spanId } = ids;
  return trace.wrapSpanContext({ traceId, spanId, traceFlags: 0, ...(traceState !== undefined && { traceState }) });
}

const remotes = new WeakMap<ApiSpan, Span>();

/** A span of somebody else, here or in another process: only its ids are known. The same one each time. */
export function remoteOf(span: ApiSpan): Span | undefined {
  const known = remotes.get(span);
  if (known !== undefined) return known;
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return undefined;
  const ids = { traceId: context.traceId, spanId: context.spanId, flags: context.traceFlags & 3 };
  const remote = remoteSpan(ids, { tracestate: context.traceState?.serialize() ?? '', baggage: '' });
  remotes.set(span, remote);
  return remote;
}

export function isTracingSuppressed(context: OtelContext): boolean {
  return context.getValue(SUPPRESSED) === true;
}
