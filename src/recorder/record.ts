import type { Field, FieldValue } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import { setOwn } from './values.js';

/** What a record is: a point in time, the end of a span (the one line that it gets), or its start. */
export type RecordKind = 'event' | 'span' | 'span-start';

/** How a span ended; `open` where it had not when the ring was read. */
export type SpanOutcome = 'ok' | 'error' | 'open';

/** A moment as the ring has it: monotonic ns in two halves, and what to add for the wall clock. */
export interface RecordTime {
  readonly low: number;
  readonly high: number;
  /** Nanoseconds between the monotonic clock and the epoch. */
  readonly deltaNs: bigint;
  /** The same in ms. */
  readonly deltaMs: number;
}

function epochNs(time: RecordTime): bigint {
  return BigInt(time.high) * 4_294_967_296n + BigInt(time.low) + time.deltaNs;
}

export function epochMs(time: RecordTime): number {
  return (time.high * 4_294_967_296 + time.low) / 1e6 + time.deltaMs;
}

/** What a LogRecord is made from. */
export interface RecordParts {
  kind: RecordKind;
  time: RecordTime;
  level: LogLevel;
  target: string;
  message: string;
  fields: readonly Field[];
  threadId: number;
  deliver: boolean;
  truncated: boolean;
  meta: boolean;
  traceId: string | undefined;
  spanId: string | undefined;
  parentSpanId: string | undefined;
  file: string | undefined;
  line: number | undefined;
  start: RecordTime | undefined;
  durationNs: number | undefined;
  outcome: SpanOutcome | undefined;
  late: boolean;
  promoted: boolean;
  inherited: number;
}

/**
 * A record as sinks get it: an event, or a span at its end. It is a `LogEvent` and more.
 *
 * @example
 * import { init, info } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * info('User logged in', { user_id: 123 });
 * await handle.flush();
 * const record = memory.records[0]!;
 * await handle.shutdown();
 * record.message; // => 'User logged in'
 * record.values; // => { user_id: 123 }
 */
export class LogRecord {
  readonly kind: RecordKind;
  readonly level: LogLevel;
  /** The module, class or service it comes from. */
  readonly target: string;
  /** Of a span: its name. */
  readonly message: string;
  /** Bindings, context, the span's fields, own fields, in this order; a key that is shadowed by a later one appears once. */
  readonly fields: readonly Field[];
  /** Of an event: how many of the fields, from the first, it has from bindings, context and span. The others are its own. */
  readonly inherited: number;
  /** The thread that recorded it; 0 is the main thread. */
  readonly threadId: number;
  /** 32 hex digits; inside a span only. */
  readonly traceId: string | undefined;
  /** 16 hex digits: of a span its own id, of an event the span it happened in. */
  readonly spanId: string | undefined;
  /** Of a span: the span around it; undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** Of a span that has ended. Nanoseconds. */
  readonly durationNs: number | undefined;
  readonly outcome: SpanOutcome | undefined;
  /** True for what outlived its span: the span that it belongs to, or was opened in, had ended by then. */
  readonly late: boolean;
  /** True for what is delivered because its trace ended badly: no sink would have got it otherwise. */
  readonly promoted: boolean;
  /** True where some of what was logged did not fit. */
  readonly truncated: boolean;
  /** True for what ttlog says about itself (target `ttlog`), such as the number of records that were lost. */
  readonly meta: boolean;
  /** True where the filter lets sinks without a level of their own have it. */
  readonly deliver: boolean;
  readonly #time: RecordTime;
  readonly #start: RecordTime | undefined;
  #values: Record<string, FieldValue> | undefined;

  constructor(parts: RecordParts) {
    this.kind = parts.kind;
    this.level = parts.level;
    this.target = parts.target;
    this.message = parts.message;
    this.fields = parts.fields;
    this.inherited = parts.inherited;
    this.threadId = parts.threadId;
    this.traceId = parts.traceId;
    this.spanId = parts.spanId;
    this.parentSpanId = parts.parentSpanId;
    this.file = parts.file;
    this.line = parts.line;
    this.durationNs = parts.durationNs;
    this.outcome = parts.outcome;
    this.late = parts.late;
    this.promoted = parts.promoted;
    this.truncated = parts.truncated;
    this.meta = parts.meta;
    this.deliver = parts.deliver;
    this.#time = parts.time;
    this.#start = parts.start;
  }

  /** Nanoseconds since the epoch. Of a span: its end. */
  get timestampNs(): bigint {
    return epochNs(this.#time);
  }

  /** Milliseconds since the epoch, with a fraction. Of a span: its end. */
  get timestampMs(): number {
    return epochMs(this.#time);
  }

  /** Of a span: its name. */
  get name(): string | undefined {
    return this.kind === 'event' ? undefined : this.message;
  }

  /** Of a span: when it began. Nanoseconds since the epoch. */
  get startNs(): bigint | undefined {
    return this.#start === undefined ? undefined : epochNs(this.#start);
  }

  /** Of a span that has ended. Milliseconds, with a fraction. */
  get durationMs(): number | undefined {
    return this.durationNs === undefined ? undefined : this.durationNs / 1e6;
  }

  /** The fields as an object, made at the first look. */
  get values(): Readonly<Record<string, FieldValue>> {
    if (this.#values === undefined) {
      const values = {};
      for (const { key, value } of this.fields) setOwn(values, key, value);
      this.#values = values;
    }
    return this.#values;
  }
}
