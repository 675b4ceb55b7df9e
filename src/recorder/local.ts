import * as L from '../core/layout.js';
import { timersPromises } from './lazy-node.js';
import type { Outlet } from './outlet.js';
import type { Recorder } from './recorder.js';
import * as T from './thread-data.js';

/** Without anything delivered for this long there is no timer: the next owed record starts it again. */
const QUIET_MS = 500;
/** Longest time that one pass keeps the application's thread, and how soon it goes on. */
const SLICE_MS = 5;
const RETRY_MS = 5;
/** How long the end may take once nothing moves any more. */
const STOP_TIMEOUT_MS = 2000;

/**
 * Drives a recorder on the application's own thread: from a timer that never keeps the process alive, and on the spot where
 * somebody must have it now.
 */
export class LocalDrive {
  readonly #recorder: Recorder;
  readonly #control: Int32Array;
  readonly #flushIntervalMs: number;
  readonly #afterPass: () => void;
  #timer: NodeJS.Timeout | undefined;
  #quietSince = performance.now();
  #stopped = false;
  /** The end has taken too long: nobody waits any more. */
  #hasGivenUp = false;
  /** When it was last tried again. */
  #progressSeen = -1;

  /** `afterPass` is called whenever it has read what there was. */
  constructor(recorder: Recorder, control: Int32Array, flushIntervalMs: number, afterPass: () => void) {
    this.#recorder = recorder;
    this.#afterPass = afterPass;
    this.#control = control;
    this.#flushIntervalMs = flushIntervalMs;
    this.#schedule(0);
  }

  /** A record is owed, and there is no timer. */
  wake(): void {
    if ((Atomics.and(this.#control, L.CONTROL_SLEEPING, ~T.SLEEPING_LOCAL) & T.SLEEPING_LOCAL) === 0) return;
    this.#quietSince = performance.now();
    this.#schedule(this.#flushIntervalMs);
  }

  /** Looks at once, in the next turn of the event loop. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#quietSince = performance.now();
    this.#schedule(0);
  }

  /** Hands over what there is, now. False where a sink could not take everything within `timeoutMs`. */
  drain(timeoutMs: number): boolean {
    const until = performance.now() + timeoutMs;
    while (!this.#recorder.drain()) {
      const left = until - performance.now();
      if (left <= 0 || this.#recorder.isWaitingForPromise) return false;
      // The rest of a write: the kernel needs time, not our event loop.
      Atomics.wait(
        this.#control,
        L.CONTROL_STOP,
        Atomics.load(this.#control, L.CONTROL_STOP),
        Math.min(left, RETRY_MS),
      );
    }
    this.#afterPass();
    return true;
  }

  /** Resolves when everything recorded so far has been handed over and sinks have flushed. See `Outlet.flush`. */
  async flush(withinMs = Infinity): Promise<void> {
    const until = performance.now() + withinMs;
    this.#recorder.retry();
    if (!(await this.#drained(until, () => this.#recorder.isFailing))) return;
    this.#afterPass();
    await this.#settle(until, ({ isFailing }) => isFailing);
  }

  /** Hands over everything and closes the sinks. False where it gave up, because nothing moved for a while. */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    Atomics.and(this.#control, L.CONTROL_SLEEPING, ~T.SLEEPING_LOCAL);
    const isDone = await this.#within(this.#end());
    this.#hasGivenUp = true;
    this.#recorder.detach();
    return isDone;
  }

  async #end(): Promise<void> {
    if (!(await this.#drained(Infinity, never))) return;
    await this.#settle(Infinity, never);
    await this.#recorder.close();
  }

  /** False where something is left. */
  async #drained(until: number, isOver: () => boolean): Promise<boolean> {
    while (!this.#recorder.drain()) {
      if (isOver() || !(await this.#mayRetry(until))) return false;
    }
    return true;
  }

  /**
   * False where it is no use any more. A sink that does not settle keeps the process alive by what it waits for, or not at all: one that never will must not
   * keep it from ending. One that moves may need nothing but another turn.
   */
  async #mayRetry(until: number): Promise<boolean> {
    const hasMoved = this.#progress !== this.#progressSeen;
    this.#progressSeen = this.#progress;
    await timersPromises().setTimeout(RETRY_MS, undefined, { ref: hasMoved || !this.#recorder.isWaitingForPromise });
    return !this.#hasGivenUp && performance.now() < until;
  }

  /** Waits as long as something moves. False where that was not to the end. */
  async #within(work: Promise<void>): Promise<boolean> {
    const ended = work.then(() => true);
    for (let progress = -1; progress !== this.#progress;) {
      progress = this.#progress;
      // Ended with the race: a timer that is left behind would keep the process alive.
      const waiting = new AbortController();
      const tooLong = timersPromises()
        .setTimeout(STOP_TIMEOUT_MS, false, { signal: waiting.signal })
        .catch(() => false);
      const isDone = await Promise.race([ended, tooLong]);
      waiting.abort();
      if (isDone) return true;
    }
    return false;
  }

  get #progress(): number {
    return this.#recorder.outlets.reduce((sum, outlet) => sum + outlet.progress, 0);
  }

  async #settle(until: number, isOver: (outlet: Outlet) => boolean): Promise<void> {
    await Promise.all(this.#recorder.outlets.map((outlet) => this.#settleOutlet(outlet, until, isOver)));
  }

  async #settleOutlet(outlet: Outlet, until: number, isOver: (outlet: Outlet) => boolean): Promise<void> {
    while (!(await outlet.flush(Math.max(until - performance.now(), 0)))) {
      if (isOver(outlet) || !(await this.#mayRetry(until))) return;
    }
  }

  #schedule(ms: number): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tick();
    }, ms);
    this.#timer.unref();
  }

  #tick(): void {
    const before = this.#recorder.delivered;
    const until = performance.now() + SLICE_MS;
    let result = this.#recorder.pass();
    while (result === 'more' && performance.now() < until) result = this.#recorder.pass();
    this.#afterPass();
    if (this.#recorder.delivered !== before) this.#quietSince = performance.now();
    if (result !== 'done') this.#schedule(result === 'more' ? 0 : RETRY_MS);
    else if (performance.now() - this.#quietSince < QUIET_MS) this.#schedule(this.#flushIntervalMs);
    else this.#sleep();
  }

  #sleep(): void {
    Atomics.or(this.#control, L.CONTROL_SLEEPING, T.SLEEPING_LOCAL);
    // What another thread recorded before it could see the bit.
    const before = this.#recorder.delivered;
    if (this.#recorder.drain() && this.#recorder.delivered === before) return;
    Atomics.and(this.#control, L.CONTROL_SLEEPING, ~T.SLEEPING_LOCAL);
    this.hurry();
  }
}

function never(): boolean {
  return false;
}
