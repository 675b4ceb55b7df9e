import type { LevelName, LogLevel } from '../core/level.js';
import type { LineNames } from './line-names.js';
import type { RotateSettings } from './log-file.js';
import type { OtlpSpec } from './otlp/spec.js';
import type { Outlet, OutletHost } from './outlet.js';
import type { PrettyTime } from './pretty.js';
import type { LogRecord } from './record.js';
import type { SpanStats } from './span-table.js';

/**
 * Where records are delivered: a function that takes a batch. The contract, from both sides:
 *
 *  1. A batch is never empty, and its records are in order; records of several threads are merged by time within a batch.
 *  2. A sink with a `level` gets every record from that level on. One without gets what the filter lets through (`level`,
 *     `setFilter`, `TTLOG`).
 *  3. Of a span a sink gets one record, at its end (and one at its start, where it was asked for with `entry: true`).
 *  4. The records and their fields are the sink's to keep; they are shared with the other sinks, so they are not to be changed.
 *  5. A sink that returns a promise gets no further batch until it has settled. What comes meanwhile waits, in bounded memory.
 *  6. A sink may throw or reject. The batch is then taken as lost and counted (`stats().sinkErrors`); the other sinks hear of it
 *     once, the caller that logged never does, and the next batch is tried again.
 *  7. `flush` is called, and awaited, once everything earlier has been handed over and somebody called `handle.flush()`.
 *  8. `[Symbol.asyncDispose]` is called once, at `handle.shutdown()`, after the last batch.
 *  9. `metrics`, where a sink has it, is called every `metricsIntervalMs`, at `handle.flush()` and before the end, with what has been counted of
 *     spans. It may return a promise: there is no further call until that has settled. What it throws is a failure as in 6.
 * 10. A sink function runs on the thread that called `init()`. The sinks of `ttlog/sinks` and `{ module }` sinks run on the
 *     recorder thread, and go on while the others are blocked.
 *
 * @example
 * import { init, warn } from 'ttlog';
 * import type { Sink } from 'ttlog';
 * const lines: string[] = [];
 * const sink: Sink = (batch) => {
 *   for (const record of batch) lines.push(`${record.target}: ${record.message}`);
 * };
 * const handle = init({ service: 'shop', sinks: [sink] });
 * warn('Stock is low', { left: 2 });
 * await handle.shutdown();
 * lines; // => ['shop: Stock is low']
 */
export interface Sink {
  /** A promise is awaited. A function is a mistake: what was passed makes sinks, and is none. Whatever else is returned does not matter. */
  (batch: LogRecord[]): unknown;
  /** The least level that this sink gets, whatever the filter says. @default what the filter lets through */
  readonly level?: LogLevel | LevelName | undefined;
  /** Called when everything so far has been handed over. */
  flush?(): void | PromiseLike<void>;
  /** Called now and then with what has been counted of spans. */
  metrics?(metrics: SinkMetrics): void | PromiseLike<void>;
  /** How often. Milliseconds. @default 60000 */
  readonly metricsIntervalMs?: number | undefined;
  /** Called at the end. */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/**
 * What has been counted of spans and timers since `init()`, of every level and all threads: sums that only grow, also where the recorder
 * thread was started again meanwhile. What the ring overwrote before it was read is missing (`stats().lapped`).
 *
 * @example
 * import { init, withSpan } from 'ttlog';
 * import type { Sink, SinkMetrics } from 'ttlog';
 * const calls: [string, number][] = [];
 * const sink: Sink = Object.assign(() => {}, {
 *   metrics: ({ spans }: SinkMetrics) => {
 *     for (const { name, count } of spans) calls.push([name, count]);
 *   },
 *   metricsIntervalMs: 15_000,
 * });
 * const handle = init({ service: 'shop', sinks: [sink] });
 * withSpan('checkout', () => 1);
 * await handle.flush();
 * calls; // => [['checkout', 1]]
 * await handle.shutdown();
 */
export interface SinkMetrics {
  /** When counting began. Nanoseconds since the epoch. */
  readonly startNs: bigint;
  /** Now. Nanoseconds since the epoch. */
  readonly timeNs: bigint;
  /** A row for each target and name; see `stats().spans`. */
  readonly spans: readonly SpanStats[];
}

/**
 * A sink that runs on the recorder thread: a module whose default export is `(options) => Sink`, possibly async.
 *
 * @example
 * import type { ModuleSink } from 'ttlog/sinks';
 * const audit: ModuleSink = { module: new URL('file:///srv/app/audit-sink.js'), options: { table: 'audit' }, level: 'warn' };
 * audit.level; // => 'warn'
 */
export interface ModuleSink {
  /** An absolute URL or path. */
  readonly module: URL | string;
  /** Handed to the module's default export; anything that `structuredClone` can copy. */
  readonly options?: unknown;
  /** As a sink's `level`. */
  readonly level?: LogLevel | LevelName | undefined;
}

/** What `init()` takes as a sink. */
export type SinkInput = Sink | ModuleSink;

/** The console: file descriptor 1 or 2. */
export interface ConsoleSpec {
  readonly kind: 'console';
  readonly fd: 1 | 2;
  readonly format: 'pretty' | 'json' | 'auto';
  /** undefined = what the terminal and the environment say. */
  readonly colors: boolean | undefined;
  readonly time: PrettyTime | undefined;
  /** Columns; undefined = those of the terminal. */
  readonly width: number | undefined;
  /** undefined = pino's. */
  readonly lines: LineNames | undefined;
}

/** A file of NDJSON lines. */
export interface FileSpec {
  readonly kind: 'file';
  /** Absolute. */
  readonly path: string;
  /** undefined = pino's. */
  readonly lines: LineNames | undefined;
  /** undefined = it is not rotated. */
  readonly rotate: RotateSettings | undefined;
}

/** A sink that writes lines: survives structured cloning. */
export type TextSpec = ConsoleSpec | FileSpec;

/** What a built-in sink consists of: one outlet, or several. */
export interface BuiltInPart {
  readonly level: LogLevel | undefined;
  /** What the recorder thread makes it from. */
  readonly source: TextSpec | OtlpSpec;
  /** The same on this thread. */
  readonly make: (host: OutletHost) => Outlet;
}

/** Where a sink of `ttlog/sinks` has its parts. */
export const PARTS: unique symbol = Symbol.for('ttlog.sink/2') as never;

interface BuiltIn extends Sink {
  readonly [PARTS]?: readonly BuiltInPart[];
}

/** What a sink of `ttlog/sinks` is made from; undefined for a function of somebody's own. */
export function builtInParts(sink: SinkInput): readonly BuiltInPart[] | undefined {
  return (sink as BuiltIn)[PARTS];
}

const FACTORY: unique symbol = Symbol.for('ttlog.sink-factory/1') as never;

/** Marks a function that makes sinks: as a sink it would take the records for its options. */
export function sinkFactory<Make extends (...options: never[]) => Sink>(make: Make): Make {
  return Object.defineProperty(make, FACTORY, { value: true });
}

export function isSinkFactory(value: object): boolean {
  return FACTORY in value;
}

export function isModuleSink(sink: SinkInput): sink is ModuleSink {
  return typeof sink === 'object' && sink !== null && 'module' in sink;
}
