import type { ProxyTracerProvider } from '@opentelemetry/api';
import { context, propagation, trace } from '@opentelemetry/api';
import type { logs } from '@opentelemetry/api-logs';
import { checkOptions, TtlogError } from '../../core/errors.js';
import { optionalPeer } from '../../runtime/optional-peer.js';
import { TtlogContextManager } from './context-manager.js';
import { TtlogLoggerProvider } from './logger.js';
import { TtlogPropagator } from './propagator.js';
import type { OpenTelemetrySpanOptions } from './tracer.js';
import { TtlogTracerProvider } from './tracer.js';

/** What of OpenTelemetry's API can be ttlog's. */
export type OpenTelemetrySignal = 'traces' | 'context' | 'propagation' | 'logs';

/** What `enableOpenTelemetryCompatibility` returns. Disposed of, OpenTelemetry's API is as it was before. */
export interface OpenTelemetryCompatibility extends Disposable {
  /** What ttlog has been registered for: not for propagation where the application has registered a propagator, nor for logs without `@opentelemetry/api-logs`. */
  readonly registered: readonly OpenTelemetrySignal[];
}

/**
 * Makes ttlog what libraries that are instrumented for OpenTelemetry record into: registers a tracer provider, a context manager, a propagator
 * (W3C Trace Context and Baggage) and, where `@opentelemetry/api-logs` is installed, a logger provider. Their spans are in the ring, ttlog's spans are
 * the parents of theirs and theirs of ttlog's. Nothing is patched.
 *
 * @throws TtlogError `ERR_ALREADY_INITIALIZED` where another provider is registered; `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { trace } from '@opentelemetry/api';
 * import { currentSpan, withSpan } from 'ttlog';
 * import { enableOpenTelemetryCompatibility } from 'ttlog/opentelemetry';
 * const compatibility = enableOpenTelemetryCompatibility();
 * const tracer = trace.getTracer('some-library');
 * withSpan('checkout', (checkout) =>
 *   tracer.startActiveSpan('query', (query) => {
 *     query.end();
 *     return [query.spanContext().traceId === checkout.traceId, currentSpan()?.name];
 *   }),
 * ); // => [true, 'query']
 * compatibility[Symbol.dispose]();
 */
export function enableOpenTelemetryCompatibility(options: OpenTelemetrySpanOptions = {}): OpenTelemetryCompatibility {
  checkOptions('enableOpenTelemetryCompatibility()', options, ['level', 'err']);
  const provider = new TtlogTracerProvider(options);
  const manager = new TtlogContextManager();
  const propagator = new TtlogPropagator();
  const loggers = new TtlogLoggerProvider();
  if (!trace.setGlobalTracerProvider(provider)) throw refusal('tracer provider');
  if (!context.setGlobalContextManager(manager)) {
    trace.disable();
    throw refusal('context manager');
  }
  const api = logsApi();
  const registered: OpenTelemetrySignal[] = ['traces', 'context'];
  // What the application has chosen to send along is its business, and what its logs go to.
  if (propagation.setGlobalPropagator(propagator)) registered.push('propagation');
  if (api?.setGlobalLoggerProvider(loggers) === loggers) registered.push('logs');
  return {
    registered,
    // What somebody has put in the place of ours since stays.
    [Symbol.dispose]() {
      if ((trace.getTracerProvider() as ProxyTracerProvider).getDelegate?.() === provider) trace.disable();
      if (registeredGlobally('context') === manager) context.disable();
      if (registeredGlobally('propagation') === propagator) propagation.disable();
      if (api?.getLoggerProvider() === loggers) api.disable();
    },
  };
}

/** OpenTelemetry's API of logs as the application has it; undefined where it has none: who only traces does not need it. */
function logsApi(): typeof logs | undefined {
  try {
    return (optionalPeer('@opentelemetry/api-logs', 'ttlog/opentelemetry') as { logs: typeof logs }).logs;
  } catch {
    return undefined;
  }
}

function refusal(what: string): TtlogError {
  return new TtlogError(
    'ERR_ALREADY_INITIALIZED',
    `Expected OpenTelemetry's API to have no ${what} yet, got one of an SDK, of another version of @opentelemetry/api, or of an earlier ` +
      'enableOpenTelemetryCompatibility(). Leave out one of them; to keep an SDK beside ttlog, use followOpenTelemetry() and openTelemetrySink().',
  );
}

/** What the API, in whichever copy, has registered: it offers no way to ask. */
function registeredGlobally(name: string): unknown {
  const globals = globalThis as unknown as Record<symbol, Record<string, unknown> | undefined>;
  return globals[Symbol.for('opentelemetry.js.api.1')]?.[name];
}
