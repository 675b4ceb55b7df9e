import { checkOptions, invalidOption } from '../core/errors.js';
import { LogLevel } from '../core/level.js';
import { noteContextChange } from '../core/ring.js';
import { Context, liveScope } from '../core/scope.js';
import { state } from '../core/state.js';
import { runIn, runningScope, scopes } from '../context/scope-store.js';
import { metaRecord } from '../recorder/meta.js';
import type { LogRecord } from '../recorder/record.js';
import type { Follower } from './ring-follower.js';
import { follow, readOn, unfollow } from './ring-follower.js';
import { newCaptureId } from './shared.js';

/** What `captureLogs` takes. */
export interface CaptureOptions {
  /**
   * Everything that this thread records, whatever it belongs to: for tests that run one after the other, where a capture is started in
   * `beforeEach`, and for servers that were started before the test. @default false
   */
  all?: boolean;
}

/**
 * What has been recorded inside a capture, of every level. Whoever looks reads on in the ring, so what has just been logged is there.
 *
 * @example
 * import { info, withSpan } from 'ttlog';
 * import { captureLogs } from 'ttlog/testing';
 * const logs = captureLogs();
 * withSpan('checkout', { cart_id: 3 }, () => info('Adding up', { items: 2 }));
 * logs.stop();
 * logs.messages; // => ['Adding up', 'checkout']
 * logs.events[0]?.values; // => { cart_id: 3, items: 2 }
 * logs.lost; // => 0
 */
export class LogCapture implements Disposable {
  readonly #follower: Follower;
  readonly #context: Context;
  #timeline: LogRecord[] = [];
  #records: LogRecord[] = [];
  #open = new Map<string, LogRecord>();
  #lost = 0;
  #isRunning = true;

  /** @internal Use `captureLogs`. */
  constructor(all: boolean) {
    const captureId = newCaptureId();
    this.#context = new Context({}, runningScope());
    this.#context.belongTo(captureId);
    this.#follower = {
      captureId,
      all,
      take: (record, isSilent) => this.#take(record, isSilent),
      lose: (records) => this.#lose(records),
    };
    follow(this.#follower);
  }

  /**
   * Events, and spans at their ends (and at their starts, where `entry: true` asked for that), in the order they were recorded. Where some were
   * overwritten before anybody looked, a record of ttlog's own (`meta`) says how many.
   */
  get records(): readonly LogRecord[] {
    this.#read();
    return this.#records;
  }

  /** Those of them that are events. */
  get events(): readonly LogRecord[] {
    return this.records.filter(({ kind }) => kind === 'event');
  }

  /** Spans that have ended, in the order of their ends. */
  get spans(): readonly LogRecord[] {
    return this.records.filter(({ kind }) => kind === 'span');
  }

  /** Spans that have not ended, in the order they began, with the fields they began with. */
  get openSpans(): readonly LogRecord[] {
    this.#read();
    return [...this.#open.values()];
  }

  /** The messages of `records`; of a span, its name. */
  get messages(): string[] {
    return this.records.map(({ message }) => message);
  }

  /**
   * Records of this thread that were lost while it was captured: some may have been of this capture. The ring holds some 65 000 events; looking now
   * and then, or a larger `capacity`, keeps it at 0.
   */
  get lost(): number {
    this.#read();
    return this.#lost;
  }

  /** @internal As `records`, with the starts of spans. */
  get timeline(): readonly LogRecord[] {
    this.#read();
    return this.#timeline;
  }

  /** Runs `fn` inside the capture and returns what it returns: what `fn` does, awaits and starts is captured. */
  run<R>(fn: () => R): R {
    return this.#isRunning ? runIn(this.#context, fn) : fn();
  }

  /** Forgets what there is so far. Spans that are open stay. */
  clear(): void {
    this.#read();
    this.#records = [];
    this.#timeline = [...this.#open.values()];
    this.#lost = 0;
  }

  /** Ends the capture; what was captured stays. A second end does nothing. */
  stop(): void {
    if (!this.#isRunning) return;
    unfollow(this.#follower);
    this.#isRunning = false;
    // As `enterContext` does: the scope is marked, and skipped wherever it is still seen.
    this.#context.disposed = true;
    if (state.ring !== null) noteContextChange(state.ring, this.#context);
    if (scopes.getStore() === this.#context) scopes.enterWith(liveScope(this.#context.outer));
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** @internal From here on the caller is inside. */
  enter(): void {
    scopes.enterWith(this.#context);
  }

  #read(): void {
    if (this.#isRunning) readOn();
  }

  #take(record: LogRecord, isSilent: boolean): void {
    const { kind, traceId, spanId } = record;
    this.#timeline.push(record);
    if (!isSilent) this.#records.push(record);
    if (kind === 'span-start') this.#open.set(`${traceId}/${spanId}`, record);
    else if (kind === 'span') this.#open.delete(`${traceId}/${spanId}`);
  }

  #lose(lost: number): void {
    this.#lost += lost;
    const message = 'Records were lost before they could be captured';
    const record = metaRecord({ level: LogLevel.Warn, message, fields: [{ key: 'lost', value: lost }] });
    this.#records.push(record);
    this.#timeline.push(record);
  }
}

/** Runs `fn` and returns what was captured of it: of an async function, a promise of that. What `fn` throws is passed on. */
export function captureLogs(fn: (logs: LogCapture) => PromiseLike<unknown>): Promise<LogCapture>;
export function captureLogs(fn: (logs: LogCapture) => unknown): LogCapture;
/**
 * Captures what is recorded from here on, of every level, with or without a running `init()`, which goes on delivering as before. Events and spans
 * belong to the capture in whose scope they are recorded, the innermost one: tests that run at the same time in one process see their own only. Three ways:
 *
 * - `using logs = captureLogs()`, or `logs.stop()` at the end: the rest of the running function, and what it awaits and starts;
 * - `captureLogs(fn)`: what `fn` does; a capture, or for an async `fn` a promise of one;
 * - `captureLogs({ all: true })`: everything that this thread records, for `beforeEach`.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { warn } from 'ttlog';
 * import { captureLogs } from 'ttlog/testing';
 * const logs = await captureLogs(async () => {
 *   await null;
 *   warn('Stock is low', { left: 2 });
 * });
 * logs.records.map(({ message, values }) => [message, values]); // => [['Stock is low', { left: 2 }]]
 */
export function captureLogs(options?: CaptureOptions): LogCapture;
export function captureLogs(
  first: CaptureOptions | ((logs: LogCapture) => unknown) = {},
): LogCapture | Promise<LogCapture> {
  if (typeof first === 'function') return captureRun(first);
  checkOptions('captureLogs()', first, ['all']);
  const { all = false } = first;
  if (typeof all !== 'boolean') throw invalidOption('all', 'a boolean', all);
  const logs = new LogCapture(all);
  if (!all) logs.enter();
  return logs;
}

function captureRun(fn: (logs: LogCapture) => unknown): LogCapture | Promise<LogCapture> {
  const logs = new LogCapture(false);
  let result: unknown;
  let isPending = false;
  try {
    result = logs.run(() => fn(logs));
    isPending = isThenable(result);
  } finally {
    if (!isPending) logs.stop();
  }
  return isPending ? settled(result as PromiseLike<unknown>, logs) : logs;
}

async function settled(result: PromiseLike<unknown>, logs: LogCapture): Promise<LogCapture> {
  try {
    await result;
    return logs;
  } finally {
    logs.stop();
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
