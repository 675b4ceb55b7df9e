/** The face of ttlog. Nothing inside imports it. */
import { joinThreads } from './runtime/joined-thread.js';

export type { LogBackend } from './core/backend.js';
export { emit, installBackend, RingBackend } from './core/backend.js';
export { nowNanos } from './core/clock.js';
export type { TtlogErrorCode } from './core/errors.js';
export { TtlogError } from './core/errors.js';
export type { LogEvent } from './core/event.js';
export { EventBuilder } from './core/event.js';
export type { Field, FieldValue, WrappedValue } from './core/field.js';
export { display, inspect, lazy } from './core/field.js';
export type { LevelName } from './core/level.js';
export { LogLevel } from './core/level.js';
export { isEnabled, setFilter, setLevel, setRecord } from './core/levels.js';
export type { LogCall } from './core/log.js';
export { debug, error, fatal, info, trace, warn } from './core/log.js';
export type { Logger } from './core/logger.js';
export { getLogger } from './core/logger.js';
export type { CensorFunction } from './core/redact.js';
export type { LinkTarget, Span } from './core/span.js';
export type { SpanOptions, SpanRole } from './core/span-options.js';
export type { Timer } from './core/timer.js';

export { addContext } from './context/add-context.js';
export { bindContext } from './context/bind-context.js';
export type { ContextCarrier } from './context/carrier.js';
export { exportContext, withCarrier } from './context/carrier.js';
export type { ContextKey } from './context/context-key.js';
export { contextKey } from './context/context-key.js';
export { currentContext } from './context/current-context.js';
export { enterContext } from './context/enter-context.js';
export type { JsonValue } from './context/json-safe.js';
export { currentSpan, span, timer, withSpan } from './context/spans.js';
export { suppress } from './context/suppress.js';
export type { TraceHeaders } from './context/trace-headers.js';
export { withContext } from './context/with-context.js';

export type { LogRecord, RecordKind, SpanOutcome } from './recorder/record.js';
export type { Sink, SinkInput, SinkMetrics } from './recorder/sink.js';
export type { SpanStats } from './recorder/span-table.js';
export type { SnapshotInfo } from './recorder/snapshot.js';
export type { TtlogBuilder } from './runtime/builder.js';
export type { TtlogHandle, TtlogStats } from './runtime/handle.js';
export { init } from './runtime/init.js';
export type { LevelOption, PromoteOptions, TtlogOptions } from './runtime/options.js';
export type { ErrorRate, SnapshotOptions } from './runtime/snapshot-options.js';
export type { RedactOptions } from './runtime/redact-options.js';
export type { RedactPatternName } from './runtime/redact-patterns.js';

// A worker that loads ttlog takes part in the ttlog of the thread that called init(). See `sideEffects` in package.json.
joinThreads();
