import { nowNanos } from './clock.js';
import type { Field } from './field.js';
import { copyField } from './copy-value.js';
import type { LevelName } from './level.js';
import { LogLevel, parseLevel } from './level.js';
import { invalidOption } from './errors.js';
import { markRedacted } from './redact-where.js';
import { state } from './state.js';

/** An event as a value: what backends are handed, and what `emit` takes. */
export interface LogEvent {
  /** Nanoseconds since the epoch. */
  readonly timestampNs: bigint;
  readonly level: LogLevel;
  readonly target: string;
  readonly message: string;
  readonly fields: readonly Field[];
  /** 0 is the main thread. */
  readonly threadId: number;
  /** 32 lower-case hex digits. */
  readonly traceId?: string | undefined;
  /** 16 lower-case hex digits. */
  readonly spanId?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/**
 * Builds a `LogEvent` step by step. What is not said is: now, `info`, the empty target (the service), the empty message.
 *
 * @example
 * import { EventBuilder, LogLevel } from 'ttlog';
 * const event = EventBuilder.withCapacity(2)
 *   .level(LogLevel.Warn)
 *   .target('billing')
 *   .message('Card declined')
 *   .field('attempt', 3)
 *   .build();
 * event.fields; // => [{ key: 'attempt', value: 3 }]
 */
export class EventBuilder {
  private timestampNs: bigint | undefined;
  private eventLevel: LogLevel = LogLevel.Info;
  private eventTarget = '';
  private text = '';
  private thread = state.threadId;
  private trace: string | undefined;
  private spanOf: string | undefined;
  private sourceFile: string | undefined;
  private sourceLine: number | undefined;
  private readonly fields: Field[] = [];

  private constructor() {}

  /** `fields` is a hint: how many fields will come. */
  static withCapacity(fields: number): EventBuilder {
    if (!Number.isInteger(fields) || fields < 0) throw invalidOption('capacity', 'a whole number ≥ 0', fields);
    return new EventBuilder();
  }

  /** Nanoseconds since the epoch. */
  timestamp(ns: bigint): this {
    this.timestampNs = ns;
    return this;
  }

  level(level: LogLevel | LevelName): this {
    const parsed = parseLevel(level);
    if (parsed === undefined) throw invalidOption('level', 'a LogLevel or its name', level);
    this.eventLevel = parsed;
    return this;
  }

  target(target: string): this {
    this.eventTarget = target;
    return this;
  }

  message(message: string): this {
    this.text = message;
    return this;
  }

  /** The value is copied and redacted: what it is now is what is recorded. */
  field(key: string, value: unknown): this {
    const field = copyField(key, value);
    if (field !== null) this.fields.push(field);
    return this;
  }

  threadId(id: number): this {
    this.thread = id;
    return this;
  }

  traceId(hex: string): this {
    this.trace = hex;
    return this;
  }

  spanId(hex: string): this {
    this.spanOf = hex;
    return this;
  }

  /** Where in the source it happened; `line` counts from 1. */
  source(file: string, line: number): this {
    this.sourceFile = file;
    this.sourceLine = line;
    return this;
  }

  build(): LogEvent {
    return {
      timestampNs: this.timestampNs ?? nowNanos(),
      level: this.eventLevel,
      target: this.eventTarget,
      message: this.text,
      fields: markRedacted([...this.fields]),
      threadId: this.thread,
      ...(this.trace === undefined ? {} : { traceId: this.trace }),
      ...(this.spanOf === undefined ? {} : { spanId: this.spanOf }),
      ...(this.sourceFile === undefined ? {} : { file: this.sourceFile, line: this.sourceLine }),
    };
  }
}
