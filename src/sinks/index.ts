/** `ttlog/sinks`: where records can be delivered. */
export type { LogRecord, RecordKind, SpanOutcome } from '../recorder/record.js';
export type { ModuleSink, Sink, SinkInput, SinkMetrics } from '../recorder/sink.js';
export type { ConsoleSinkOptions } from './console.js';
export { consoleSink } from './console.js';
export type { FileSinkOptions } from './file.js';
export { fileSink } from './file.js';
export type { RotateOptions } from './rotate-options.js';
export type { LineKeyNames, LineKeys } from './line-keys.js';
export type { MemorySink, MemorySinkOptions } from './memory.js';
export { memorySink } from './memory.js';
export type { OtlpSinkOptions } from './otlp.js';
export { otlpSink } from './otlp.js';
