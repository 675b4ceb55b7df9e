/**
 * When a snapshot is to be taken without anybody asking: spans that fail or take long, many errors, an event loop that stands still, a heap near its
 * limit, the clock. It only decides, from the records that the recorder steps to and from what the watched thread says in the control block; who drives
 * the recorder asks it now and then (`due`), and takes the snapshot.
 */
import { matchesPattern } from '../core/filter.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { recordOf } from './decode-record.js';
import type { SegmentDecoder } from './decoder.js';
import { describedError } from './error-text.js';
import type { LogRecord } from './record.js';
import type { DescribedError, PlainValue } from './snapshot-error.js';
import { RecordedError } from './values.js';

/** What takes a snapshot by itself. Infinity = never for this reason. */
export interface TriggerSettings {
  /** True: the first span of a trace in this process that ends failed. A text: spans of these names, `*` for any characters. */
  readonly failedSpan: boolean | string;
  readonly slowSpanMs: number;
  /** So many records at error level and above … */
  readonly errors: number;
  /** … within this time. */
  readonly errorsWithinMs: number;
  readonly stallMs: number;
  /** Share of the heap's limit. */
  readonly heapShare: number;
  readonly everyMs: number;
  /** The least time between two for the same reason. Not for `everyMs`. */
  readonly cooldownMs: number;
}

/** Why a snapshot is to be taken now. */
export interface Trigger {
  readonly origin: TriggerOrigin;
  /** In words; part of the file's name. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, PlainValue>>;
  readonly error?: DescribedError;
}

export type TriggerOrigin = 'failedSpan' | 'slowSpan' | 'errorRate' | 'stall' | 'heap' | 'periodic';

/** How often the control block is looked at: within a stall's or the heap's time, so many times. */
const LOOKS = 4;
const HEAP_LOOK_MS = 100;
const LEAST_LOOK_MS = 5;
/** Once the heap is this much below its share again, the next time counts. */
const HEAP_HYSTERESIS = 0.1;
/** Spans that are open at the same time and known to have begun here; beyond it, a failed one inside may pass for a root. */
const MAX_OPEN_SPANS = 65_536;

/** How often the watched thread has to give a sign of life. Infinity where nothing needs it. */
export function heartbeatMs({ stallMs, heapShare }: TriggerSettings): number {
  const forHeap = heapShare === Infinity ? Infinity : HEAP_LOOK_MS;
  return Math.max(Math.min(stallMs / LOOKS, forHeap), LEAST_LOOK_MS);
}

export class SnapshotWatch {
  /** Reasons that came too soon after one like them. */
  suppressed = 0;
  /** How often `due` is to be asked, whatever else happens. ms. A heap near its limit is told by who owns it. */
  readonly lookMs: number;
  readonly #settings: TriggerSettings;
  readonly #control: Int32Array;
  readonly #lastMs = new Map<TriggerOrigin, number>();
  /** One for each reason, oldest first: many errors at once must not hide the failed span that they come from. */
  readonly #pending = new Map<TriggerOrigin, Trigger>();
  /** Keys of spans that have begun and not ended. */
  readonly #open = new Set<number>();
  /** The error that was seen last. */
  #failure: { readonly traceId: string | undefined; readonly error: DescribedError } | undefined;
  /** When the last errors were, in a circle. */
  readonly #errorTimes: Float64Array;
  #errorCount = 0;
  #beat = 0;
  #beatMs = 0;
  #lookedMs = performance.now();
  #isStalled = false;
  #recoveredMs: number | undefined;
  #isHeapLow = true;
  #records = 0;
  #recordsThen = 0;
  #everyMs = performance.now();

  constructor(settings: TriggerSettings, control: Int32Array) {
    this.#settings = settings;
    this.#control = control;
    this.#errorTimes = new Float64Array(settings.errors === Infinity ? 0 : settings.errors);
    const { stallMs, everyMs } = settings;
    this.lookMs = Math.max(Math.min(stallMs / LOOKS, everyMs), LEAST_LOOK_MS);
  }

  /** Looks at the record that a decoder stands on. */
  see(decoder: SegmentDecoder): void {
    this.#records++;
    const { kind } = decoder;
    if (kind === L.KIND_SPAN_END) this.#seeEnd(decoder);
    else if (kind === L.KIND_SPAN_START) return this.#seeStart(decoder);
    if (decoder.level >= LogLevel.Error && this.#errorTimes.length > 0) this.#seeError(decoder);
  }

  /** Why a snapshot is to be taken now; undefined where there is no reason. To be asked again: there may be several. What stands still comes first, while it still does. */
  due(nowMs: number): Trigger | undefined {
    this.#lookForStall(nowMs);
    this.#lookAtHeap(nowMs);
    this.#lookAtClock(nowMs);
    const pending = this.#pending.get('stall') ?? this.#pending.values().next().value;
    if (pending !== undefined) this.#pending.delete(pending.origin);
    return pending;
  }

  /** For how long the event loop stood still, once it goes on; undefined otherwise. ms. */
  takeRecovery(): number | undefined {
    const recoveredMs = this.#recoveredMs;
    this.#recoveredMs = undefined;
    return recoveredMs;
  }

  /** The watched thread looks after itself, and has come `lateMs` late: whatever it was doing is over. */
  noteLateness(lateMs: number, nowMs: number): void {
    if (lateMs < this.#settings.stallMs || !this.#mayFire('stall', nowMs)) return;
    this.#fire({ origin: 'stall', reason: 'stall', facts: { stalled_ms: Math.round(lateMs), is_over: true } });
  }

  #seeStart(decoder: SegmentDecoder): void {
    if (this.#settings.failedSpan !== true || decoder.isRemote || this.#open.size >= MAX_OPEN_SPANS) return;
    this.#open.add(keyAt(decoder, decoder.at + L.SPAN_ID_OFFSET));
  }

  #seeEnd(decoder: SegmentDecoder): void {
    const at = decoder.spanOffset;
    if (at < 0) return; // its start is damaged
    const { failedSpan, slowSpanMs } = this.#settings;
    const isFailed = decoder.header(L.SPAN_END_OUTCOME_OFFSET) === L.OUTCOME_ERROR;
    if (isFailed && failedSpan !== false && !this.#isCooling('failedSpan', performance.now())) this.#noteError(decoder);
    if (failedSpan === true) {
      this.#open.delete(keyAt(decoder, at + L.SPAN_ID_OFFSET));
      if (isFailed && !this.#open.has(keyAt(decoder, at + L.SPAN_PARENT_OFFSET))) this.#fireSpan('failedSpan', decoder);
    } else if (isFailed && failedSpan !== false) this.#fireSpan('failedSpan', decoder, failedSpan);
    if (slowSpanMs !== Infinity && durationMs(decoder, at) > slowSpanMs) this.#fireSpan('slowSpan', decoder);
  }

  #fireSpan(origin: 'failedSpan' | 'slowSpan', decoder: SegmentDecoder, pattern?: string): void {
    if (pattern !== undefined && !matchesPattern(pattern, recordOf(decoder)?.message ?? '')) return;
    if (!this.#mayFire(origin, performance.now())) return;
    const record = recordOf(decoder);
    if (record === undefined) return; // damaged
    const error = this.#failure?.traceId === record.traceId ? this.#failure?.error : undefined;
    this.#fire({
      origin,
      reason: origin === 'failedSpan' ? 'failed span' : 'slow span',
      facts: spanFacts(record),
      ...(error === undefined ? {} : { error }),
    });
  }

  /** An error is on the first span that it leaves, and on no other. */
  #noteError(decoder: SegmentDecoder): void {
    const record = recordOf(decoder);
    const error = record?.fields.find(({ key, value }) => key === 'err' && value instanceof RecordedError);
    if (error !== undefined) this.#failure = { traceId: record?.traceId, error: describedError(error.value) };
  }

  #seeError(decoder: SegmentDecoder): void {
    const times = this.#errorTimes;
    const { errorsWithinMs } = this.#settings;
    const slot = this.#errorCount % times.length;
    const nowMs = decoder.timeMs;
    times[slot] = nowMs;
    this.#errorCount++;
    if (this.#errorCount < times.length) return;
    const first = times[this.#errorCount % times.length];
    if (nowMs - first > errorsWithinMs || !this.#mayFire('errorRate', performance.now())) return;
    const facts = { errors: times.length, within_ms: Math.max(0, Math.round(nowMs - first)) };
    this.#fire({ origin: 'errorRate', reason: 'errors', facts });
  }

  #lookForStall(nowMs: number): void {
    const { stallMs } = this.#settings;
    if (stallMs === Infinity) return;
    const beat = Atomics.load(this.#control, L.CONTROL_HEARTBEAT);
    // A process that was stopped, or a machine that slept, is no stall: this thread did not look either.
    const hasSlept = nowMs - this.#lookedMs > stallMs;
    this.#lookedMs = nowMs;
    if (beat !== this.#beat || beat === 0 || hasSlept) {
      if (this.#isStalled && beat !== this.#beat && beat !== 0) this.#recoveredMs = nowMs - this.#beatMs;
      if (beat !== this.#beat || beat === 0) this.#isStalled = false;
      this.#beat = beat;
      this.#beatMs = nowMs;
      return;
    }
    if (this.#isStalled || nowMs - this.#beatMs < stallMs) return;
    this.#isStalled = true;
    if (!this.#mayFire('stall', nowMs)) return;
    this.#fire({
      origin: 'stall',
      reason: 'stall',
      facts: { stalled_ms: Math.round(nowMs - this.#beatMs), is_over: false },
    });
  }

  #lookAtHeap(nowMs: number): void {
    const { heapShare } = this.#settings;
    if (heapShare === Infinity) return;
    const usedKib = Atomics.load(this.#control, L.CONTROL_HEAP_USED_KIB);
    const limitKib = Atomics.load(this.#control, L.CONTROL_HEAP_LIMIT_KIB);
    const share = limitKib === 0 ? 0 : usedKib / limitKib;
    if (share < heapShare - HEAP_HYSTERESIS) this.#isHeapLow = true;
    if (share < heapShare || !this.#isHeapLow) return;
    this.#isHeapLow = false;
    if (!this.#mayFire('heap', nowMs)) return;
    const facts = { heap_used_bytes: usedKib * 1024, heap_limit_bytes: limitKib * 1024 };
    this.#fire({ origin: 'heap', reason: 'heap', facts });
  }

  /** Where nothing has been recorded since the last one, there is nothing new to keep. */
  #lookAtClock(nowMs: number): void {
    const { everyMs } = this.#settings;
    if (nowMs - this.#everyMs < everyMs) return;
    this.#everyMs = nowMs;
    if (this.#records === this.#recordsThen || this.#pending.size > 0) return;
    this.#recordsThen = this.#records;
    this.#fire({ origin: 'periodic', reason: 'periodic', facts: {} });
  }

  #fire(trigger: Trigger): void {
    this.#pending.set(trigger.origin, trigger);
  }

  #isCooling(origin: TriggerOrigin, nowMs: number): boolean {
    return nowMs - (this.#lastMs.get(origin) ?? -Infinity) < this.#settings.cooldownMs;
  }

  #mayFire(origin: TriggerOrigin, nowMs: number): boolean {
    if (this.#isCooling(origin, nowMs)) {
      this.suppressed++;
      return false;
    }
    this.#lastMs.set(origin, nowMs);
    return true;
  }
}

/** The first 53 bits of an id. */
function keyAt({ u32 }: SegmentDecoder, at: number): number {
  return u32[at >> 2] * 0x20_0000 + (u32[(at >> 2) + 1] >>> 11);
}

/** Of the span that a decoder stands on the end of; `at` is where its start is. */
function durationMs(decoder: SegmentDecoder, at: number): number {
  const start = (at + L.RECORD_TIME_OFFSET) >> 2;
  const high = decoder.header(L.RECORD_TIME_OFFSET + 4) - decoder.u32[start + 1];
  return high * 4294.967296 + (decoder.header(L.RECORD_TIME_OFFSET) - decoder.u32[start]) / 1e6;
}

function spanFacts({ message, target, traceId, spanId, durationMs: ms }: LogRecord): Record<string, PlainValue> {
  return {
    span: message,
    span_target: target,
    trace_id: traceId ?? null,
    span_id: spanId ?? null,
    duration_ms: ms === undefined ? null : Math.round(ms * 1000) / 1000,
  };
}
