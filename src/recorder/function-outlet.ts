import type { LogLevel } from '../core/level.js';
import { state } from '../core/state.js';
import type { CurrentRecord, ErrorListener, Outlet } from './outlet.js';
import type { LogRecord } from './record.js';
import type { Sink } from './sink.js';

/** Batches that may wait for a sink whose promise has not settled. */
const WAITING_BATCHES = 8;

/** A sink that is a function: it gets LogRecords, one batch at a time. */
export class FunctionOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  errors = 0;
  progress = 0;
  isSuspended = false;
  readonly followsSpans = false;
  readonly #sink: Sink;
  readonly #batchRecords: number;
  readonly #onError: ErrorListener;
  #waiting: LogRecord[] = [];
  #running: Promise<void> | undefined;
  #failing = false;
  #missed = 0;

  constructor(sink: Sink, level: LogLevel | undefined, batchRecords: number, onError: ErrorListener) {
    this.#sink = sink;
    this.name = sink.name === '' ? 'a sink function' : sink.name;
    this.level = level;
    this.#batchRecords = batchRecords;
    this.#onError = onError;
  }

  take(current: CurrentRecord): void {
    const { record } = current;
    if (record !== undefined) this.takeRecord(record);
  }

  takeRecord(record: LogRecord): void {
    if (this.isSuspended) this.#missed++;
    else this.#waiting.push(record);
  }

  followSpan(): void {
    // it does not follow them
  }

  endBatch(): void {
    while (this.#running === undefined && this.#waiting.length > 0) {
      const all = this.#waiting;
      const batch = all.length <= this.#batchRecords ? all : all.slice(0, this.#batchRecords);
      this.#waiting = all.length <= this.#batchRecords ? [] : all.slice(this.#batchRecords);
      this.#send(batch);
    }
  }

  get isBlocked(): boolean {
    return this.#running !== undefined && this.#waiting.length >= WAITING_BATCHES * this.#batchRecords;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0;
  }

  suspend(): void {
    this.isSuspended = true;
    this.#missed += this.#waiting.length;
    this.#waiting = [];
  }

  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  /** Resolves when the sink has nothing left to do. */
  async settled(): Promise<void> {
    while (!this.isIdle) {
      this.endBatch();
      await this.#running;
    }
  }

  async flush(): Promise<void> {
    await this.settled();
    await this.#guard(() => this.#sink.flush?.());
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#guard(() => this.#sink[Symbol.asyncDispose]?.());
  }

  #send(batch: LogRecord[]): void {
    try {
      const result = inSinkScope(() => this.#sink(batch)) as PromiseLike<void> | null | undefined;
      if (typeof result === 'function')
        throw new TypeError(`It returned a function: say ${this.#sink.name}(), with the parentheses`);
      if (typeof result?.then !== 'function') this.#failing = false;
      else this.#running = this.#finish(result);
    } catch (error) {
      this.#fail(error);
    }
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
    this.#onError(this, error);
  }
}

/** A sink is called from wherever somebody flushes: what it does belongs to none of their requests. */
function inSinkScope<R>(call: () => R): R {
  return state.scopes === null ? call() : state.scopes.run(state.sinkScope, call);
}
