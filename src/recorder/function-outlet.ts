import type { LogLevel } from '../core/level.js';
import { state } from '../core/state.js';
import { MetricsTimer } from './metrics-timer.js';
import { MissedRecords } from './missed-records.js';
import type { CurrentRecord, Outlet, OutletHost } from './outlet.js';
import { ALL_KINDS } from './outlet.js';
import type { LogRecord } from './record.js';
import type { Sink } from './sink.js';

/** Batches that may wait for a sink whose promise has not settled. */
const WAITING_BATCHES = 8;
const DEFAULT_METRICS_INTERVAL_MS = 60_000;

/** A sink that is a function: it gets LogRecords, one batch at a time. */
export class FunctionOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  readonly kinds = ALL_KINDS;
  readonly needsEventLoop = true;
  readonly readsMetrics: boolean;
  /** A batch that it failed with is not tried again. */
  readonly isFailing = false;
  errors = 0;
  progress = 0;
  isSuspended = false;
  readonly followsSpans = false;
  readonly #sink: Sink;
  readonly #host: OutletHost;
  readonly #metricsTimer: MetricsTimer | undefined;
  #waiting: LogRecord[] = [];
  #running: Promise<void> | undefined;
  /** Records of the batch that it is busy with. */
  #runningRecords = 0;
  /** Records that it was given, and those of them that are done with. */
  #taken = 0;
  #done = 0;
  #isReadingMetrics = false;
  #failing = false;
  readonly #missed = new MissedRecords();

  constructor(sink: Sink, level: LogLevel | undefined, host: OutletHost) {
    this.#sink = sink;
    this.name = sink.name === '' ? 'a sink function' : sink.name;
    this.level = level;
    this.#host = host;
    const { metricsIntervalMs = DEFAULT_METRICS_INTERVAL_MS } = sink;
    this.readsMetrics = sink.metrics !== undefined;
    if (this.readsMetrics) this.#metricsTimer = new MetricsTimer(metricsIntervalMs, () => void this.#handMetrics());
  }

  take(current: CurrentRecord): void {
    const { record } = current;
    if (record !== undefined) this.takeRecord(record);
  }

  takeRecord(record: LogRecord): void {
    if (this.isSuspended) this.#missed.total++;
    else {
      this.#taken++;
      this.#waiting.push(record);
    }
  }

  followSpan(): void {
    // it does not follow them
  }

  endBatch(): void {
    while (this.#running === undefined && this.#waiting.length > 0) {
      const all = this.#waiting;
      const { batchRecords } = this.#host;
      const batch = all.length <= batchRecords ? all : all.slice(0, batchRecords);
      this.#waiting = all.length <= batchRecords ? [] : all.slice(batchRecords);
      this.#send(batch);
    }
  }

  get isBlocked(): boolean {
    return this.#running !== undefined && this.#waiting.length >= WAITING_BATCHES * this.#host.batchRecords;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0;
  }

  get waiting(): number {
    return this.#waiting.length + this.#runningRecords;
  }

  retry(): void {
    // it is asked once for each batch
  }

  suspend(): void {
    this.isSuspended = true;
    this.#missed.total += this.#waiting.length;
    this.#done += this.#waiting.length;
    this.#waiting = [];
  }

  get missed(): number {
    return this.#missed.total;
  }

  takeMissed(): number {
    return this.#missed.take();
  }

  async flush(): Promise<boolean> {
    await this.#settled();
    await this.#handMetrics();
    await this.#guard(() => this.#sink.flush?.());
    return true;
  }

  async close(): Promise<void> {
    this.#metricsTimer?.stop();
    await this.#settled();
    await this.#handMetrics();
    await this.#guard(() => this.#sink[Symbol.asyncDispose]?.());
  }

  /** Resolves when the sink is done with what it was given so far: more may come meanwhile. */
  async #settled(): Promise<void> {
    const goal = this.#taken;
    while (this.#done < goal) {
      this.endBatch();
      await this.#running;
    }
  }

  /** One call at a time. */
  async #handMetrics(): Promise<void> {
    if (!this.readsMetrics || this.#isReadingMetrics) return;
    this.#isReadingMetrics = true;
    await this.#guard(() => this.#sink.metrics?.(this.#host.metrics()));
    this.#isReadingMetrics = false;
  }

  #send(batch: LogRecord[]): void {
    try {
      const result = inSinkScope(() => this.#sink(batch)) as PromiseLike<void> | null | undefined;
      if (typeof result === 'function')
        throw new TypeError(`It returned a function: say ${this.#sink.name}(), with the parentheses`);
      if (typeof result?.then === 'function') {
        this.#runningRecords = batch.length;
        this.#running = this.#finish(result);
        this.progress++;
        return;
      }
      this.#failing = false;
    } catch (error) {
      this.#fail(error);
    }
    this.#done += batch.length;
    this.progress++;
  }

  async #finish(result: PromiseLike<void>): Promise<void> {
    try {
      await result;
      this.#failing = false;
    } catch (error) {
      this.#fail(error);
    }
    this.progress++;
    this.#done += this.#runningRecords;
    this.#runningRecords = 0;
    this.#running = undefined;
    this.isSuspended = false;
    this.endBatch();
  }

  async #guard(call: () => unknown): Promise<void> {
    try {
      await inSinkScope(call);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.errors++;
    if (this.#failing) return;
    this.#failing = true;
    this.#host.onError(this, error);
  }
}

/** A sink is called from wherever somebody flushes: what it does belongs to none of their requests. */
function inSinkScope<R>(call: () => R): R {
  return state.scopes === null ? call() : state.scopes.run(state.sinkScope, call);
}
