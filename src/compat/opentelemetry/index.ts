/** `ttlog/opentelemetry`: ttlog behind OpenTelemetry's API, and beside an OpenTelemetry SDK. Needs `@opentelemetry/api`. */
import { joinThreads } from '../../runtime/joined-thread.js';

export { TtlogContextManager } from './context-manager.js';
export type { OpenTelemetryCompatibility, OpenTelemetrySignal } from './enable.js';
export { enableOpenTelemetryCompatibility } from './enable.js';
export { followOpenTelemetry } from './follow.js';
export { TtlogLoggerProvider } from './logger.js';
export type { OpenTelemetrySinkOptions, SdkSpanExporter, SdkSpanProcessor } from './sdk-sink.js';
export { openTelemetrySink } from './sdk-sink.js';
export { TtlogPropagator } from './propagator.js';
export type { OpenTelemetrySpanOptions } from './tracer.js';
export { TtlogTracerProvider } from './tracer.js';

// As the face does, for a worker that loads nothing else.
joinThreads();
