import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { createTraceState, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { TRACE_HEADERS } from '../../context/trace-headers.js';
import { passedTracestate } from '../../context/tracestate.js';
import { parseTraceparent } from '../../core/traceparent.js';
import { baggageOf, baggageText } from './baggage.js';
import { isTracingSuppressed } from './foreign-scope.js';

/**
 * W3C Trace Context and W3C Baggage for OpenTelemetry's `propagation`, by the rules of ttlog's own headers: what makes no sense in one that comes
 * is left out. `enableOpenTelemetryCompatibility()` registers one where the application has none.
 *
 * @example
 * import { defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
 * import { TtlogPropagator } from 'ttlog/opentelemetry';
 * const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
 * const extracted = new TtlogPropagator().extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
 * trace.getSpanContext(extracted)?.traceId; // => '4bf92f3577b34da6a3ce929d0e0e4736'
 */
export class TtlogPropagator implements TextMapPropagator {
  /** Writes the headers of a context into a carrier; none where tracing is suppressed. */
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isTracingSuppressed(context)) return;
    const span = trace.getSpanContext(context);
    if (span !== undefined && isSpanContextValid(span)) {
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 3}`);
      const state = span.traceState?.serialize() ?? '';
      if (state !== '') setter.set(carrier, 'tracestate', state);
    }
    const baggage = baggageText(propagation.getBaggage(context));
    if (baggage !== '') setter.set(carrier, 'baggage', baggage);
  }

  /** The context with what the headers of a carrier say. */
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = (name: string): string | undefined => {
      const value = getter.get(carrier, name);
      if (!Array.isArray(value)) return value;
      return name === 'traceparent' && value.length !== 1 ? undefined : value.join(',');
    };
    let extracted = context;
    const parent = parseTraceparent(header('traceparent'));
    if (parent !== undefined) {
      const state = passedTracestate(header('tracestate'));
      extracted = trace.setSpanContext(extracted, {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.flags,
        isRemote: true,
        ...(state !== '' && { traceState: createTraceState(state) }),
      });
    }
    const baggage = baggageOf(header('baggage'));
    return baggage.getAllEntries().length === 0 ? extracted : propagation.setBaggage(extracted, baggage);
  }

  /** The names of the headers. */
  fields(): string[] {
    return [...TRACE_HEADERS];
  }
}
