import * as L from '../core/layout.js';
import type { LogLevel } from '../core/level.js';
import { recordOf } from './decode-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { SegmentDecoder } from './decoder.js';
import type { LineEncoder } from './encode-line.js';
import type { LineFormat } from './line-format.js';
import type { LogRecord } from './record.js';
import type { SinkMetrics } from './sink.js';

/**
 * A sink as the recorder drives it. It never throws: what goes wrong is its own to count and to report.
 */
export interface Outlet {
  /** What reports call it. */
  readonly name: string;
  /** Its own level; undefined = what the filter lets through. */
  readonly level: LogLevel | undefined;
  /** Bits 1 << KIND_*: what it takes. */
  readonly kinds: number;
  /** True where its work goes on in timers, sockets or promises. */
  readonly needsEventLoop: boolean;
  /** True where it asks for `OutletHost.metrics`, when it flushes for example. */
  readonly readsMetrics: boolean;
  /** Takes the current record: as a line or as an object, whichever it needs. */
  take(current: CurrentRecord): void;
  /** Takes a record that never was in a ring. */
  takeRecord(record: LogRecord): void;
  /** True where it wants to hear of every span that starts or ends, also of those whose lines it does not get. */
  readonly followsSpans: boolean;
  /** Told after the record that starts or ends a span has been taken. */
  followSpan(decoder: SegmentDecoder): void;
  /** Hands over what it took; where that is not possible yet, it keeps it and is blocked. Called again, it tries again. */
  endBatch(): void;
  /** True while it cannot take more. */
  readonly isBlocked: boolean;
  /** True when everything that it took has been handed over. */
  readonly isIdle: boolean;
  /** Records that it took and has neither handed over nor given up. */
  readonly waiting: number;
  /** True from an attempt that failed on until one goes well: it tries again by itself, less and less often. */
  readonly isFailing: boolean;
  /** Somebody waits: what it has put off after a failure is tried at the next chance. */
  retry(): void;
  /** Times that it failed. */
  readonly errors: number;
  /** Counts up with everything that it hands over. */
  readonly progress: number;
  /** Drops what it holds and takes nothing until it moves again: the others must not wait for it any longer. */
  suspend(): void;
  readonly isSuspended: boolean;
  /** Records that it was to get and never did: it was suspended, had to give up, or nobody will ever read them. */
  readonly missed: number;
  /** Those since the last call; 0 while it has not recovered, unless this is the last call. */
  takeMissed(isLast?: boolean): number;
  /**
   * Hands on what it took so far. False where it could not yet: it is to be called again. `withinMs`: what needs longer than that is given up by
   * those that can, and stays.
   */
  flush(withinMs: number): boolean | Promise<boolean>;
  close(): void | Promise<void>;
}

/** Of an outlet that takes whatever there is. */
export const ALL_KINDS = -1;

/** What an outlet knows of the recorder that drives it. */
export interface OutletHost {
  readonly service: string;
  /** Most records between two hand-overs. */
  readonly batchRecords: number;
  readonly onError: ErrorListener;
  metrics(): SinkMetrics;
}

/** Whether an outlet takes records such as this one, which never was in a ring. */
export function takesRecord({ kinds, level }: Outlet, record: LogRecord): boolean {
  const kind = record.kind === 'event' ? L.KIND_EVENT : record.kind === 'span' ? L.KIND_SPAN_END : L.KIND_SPAN_START;
  return (kinds & (1 << kind)) !== 0 && (level === undefined || record.level >= level);
}

/** Told about an error once a burst: when it is the first after things went well. */
export type ErrorListener = (outlet: Outlet, error: unknown) => void;

/** Where a record comes from: a ring, or what was kept of a trace. */
export interface RecordSource {
  /** Stands on the record. */
  readonly decoder: SegmentDecoder;
  /** Renders its records as lines. */
  encoder(format: LineFormat): LineEncoder;
}

/** The record that is being delivered: made into a line of a format, and into an object, at most once for all sinks. */
export class CurrentRecord {
  #source: RecordSource | undefined;
  #record: LogRecord | undefined;
  #hasRecord = false;
  /** Where its newest line is. */
  #format: LineFormat | undefined;
  #writer: ByteWriter | undefined;
  #start = 0;
  #end = 0;

  set(source: RecordSource): void {
    this.#source = source;
    this.#hasRecord = false;
    this.#format = undefined;
  }

  /** Appends it as a line. False where it is damaged: then nothing is appended. */
  writeLine(out: ByteWriter, format: LineFormat): boolean {
    if (this.#format === format) {
      out.copy(this.#writer!, this.#start, this.#end);
      return this.#start !== this.#end;
    }
    const start = out.p;
    const isWhole = this.#source!.encoder(format).write(out);
    this.#format = format;
    this.#writer = out;
    this.#start = start;
    this.#end = out.p;
    return isWhole;
  }

  get decoder(): SegmentDecoder {
    return this.#source!.decoder;
  }

  /** undefined where it is damaged. */
  get record(): LogRecord | undefined {
    if (!this.#hasRecord) {
      this.#record = recordOf(this.#source!.decoder);
      this.#hasRecord = true;
    }
    return this.#record;
  }
}
