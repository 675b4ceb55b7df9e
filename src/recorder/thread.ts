import type { Worker } from 'node:worker_threads';
import { TtlogError } from '../core/errors.js';
import type { Field } from '../core/field.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { timersPromises, workerThreads } from './lazy-node.js';
import type { MetaMessage } from './meta.js';
import { pauseAsync } from './pause-async.js';
import type { ErrorListener } from './outlet.js';
import { newReader } from './reader-block.js';
import type { PromoteSettings } from './promotion.js';
import type { RecorderCounts } from './recorder.js';
import { Recorder } from './recorder.js';
import type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
import type { SnapshotSettings } from './snapshot-taker.js';
import type { TriggerSettings } from './snapshot-watch.js';
import { createTextOutlet } from './text-outlet.js';
import type { SnapshotAnswer, ThreadData, ThreadMessage, ThreadRing, ThreadSink } from './thread-data.js';
import * as T from './thread-data.js';
import { toRejudge } from './thread-loop.js';

/** A thread that dies this often within the time below is not started again. */
const MAX_DEATHS = 5;
const DEATHS_WITHIN_MS = 10_000;
/** How often somebody who waits looks whether the thread is still there. */
const LOOK_MS = 20;
/** A thread that hangs in a write does not take snapshots: it is given so long to begin, and so long in all. */
const SNAPSHOT_BEGIN_MS = 1000;
const SNAPSHOT_TIMEOUT_MS = 10_000;
/** How long the end may take once nothing moves any more. */
const STOP_TIMEOUT_MS = 2000;

export interface ThreadSetup {
  /** The program of the thread. */
  readonly program: string;
  readonly sinks: readonly ThreadSink[];
  readonly service: string;
  readonly batchRecords: number;
  readonly flushIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly promote: PromoteSettings | undefined;
  readonly spanTable: SharedArrayBuffer;
  readonly snapshots: SnapshotSettings;
  /** undefined = no snapshot is taken unless somebody asks. */
  readonly triggers: TriggerSettings | undefined;
  readonly control: Int32Array;
  /** BroadcastChannel on which threads of the application announce their rings. */
  readonly channel: string;
  /** The sinks of this side, where there are any; the thread's are told through `tell`. */
  readonly tellOthers: ((meta: MetaMessage) => boolean) | undefined;
}

/** The recorder thread, from the side of the thread that started it. */
export class RecorderThread {
  readonly #setup: ThreadSetup;
  readonly #control: Int32Array;
  readonly #rings: ThreadRing[] = [];
  readonly #counts = new Float64Array(new SharedArrayBuffer(8 * T.COUNTS.length));
  /** Counts of those that died. */
  readonly #countsBefore = T.COUNTS.map(() => 0);
  readonly #deaths: number[] = [];
  /** Snapshots that have been asked for; `undefined` where there will be no answer. */
  readonly #requests = new Map<number, (answer: SnapshotAnswer | undefined) => void>();
  #lastRequest = 0;
  #worker: Worker | undefined;
  #isStopping = false;
  #lastError: unknown;
  /** Failures that have been told by those who read in the thread's place: one after the other, they would all tell the same. */
  readonly #failuresTold = new Set<string>();

  /** Throws where there are no workers. */
  constructor(setup: ThreadSetup) {
    this.#setup = setup;
    this.#control = setup.control;
    Atomics.store(this.#control, L.CONTROL_STOP, 0);
    this.#start();
  }

  addRing(ring: ThreadRing): void {
    this.#rings.push(ring);
    this.#post({ ring });
  }

  /** Nobody reads this one any more, not even a thread that starts after this one has died. */
  removeRing(buffer: SharedArrayBuffer): void {
    const index = this.#rings.findIndex((ring) => ring.buffer === buffer);
    if (index >= 0) this.#rings.splice(index, 1);
  }

  /** Has its sinks hear something about ttlog itself. */
  tell(meta: MetaMessage): void {
    this.#post({ tell: meta });
  }

  /** Has the thread take a snapshot. Resolves to undefined where it cannot: it is gone, or does not answer. Keeps the process alive until then. */
  async snapshot(input: SnapshotInput): Promise<SnapshotInfo | undefined> {
    if (this.#worker === undefined || this.#isStopping) return undefined;
    const id = ++this.#lastRequest;
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const answer = await new Promise<SnapshotAnswer | undefined>((resolve) => {
      const timer = setTimeout(resolve, SNAPSHOT_TIMEOUT_MS, undefined);
      const beginTimer = setTimeout(() => {
        if (Atomics.exchange(begun, 0, 1) === 0) settle(undefined);
      }, SNAPSHOT_BEGIN_MS);
      const settle = (found: SnapshotAnswer | undefined): void => {
        clearTimeout(timer);
        clearTimeout(beginTimer);
        resolve(found);
      };
      this.#requests.set(id, settle);
      this.#post({ snapshot: { id, input, begun } });
    });
    this.#requests.delete(id);
    if (answer?.error !== undefined) throw new TtlogError('ERR_SNAPSHOT_FAILED', answer.error);
    return answer?.info;
  }

  /** Takes a thread that sleeps out of it. */
  wake(): void {
    const wasAsleep = Atomics.and(this.#control, L.CONTROL_SLEEPING, ~T.SLEEPING_THREAD) & T.SLEEPING_THREAD;
    if (wasAsleep !== 0) this.#wakeUp();
  }

  /** Has it read now what it would otherwise read within the flush interval. */
  hurry(): void {
    this.#wakeUp();
  }

  /** Asks for everything so far; `isFlushed` says when that is done. */
  requestFlush(): number {
    const request = Atomics.add(this.#control, L.CONTROL_FLUSH_REQUESTED, 1) + 1;
    this.#wakeUp();
    return request;
  }

  isFlushed(request: number): boolean {
    return T.hasReached(this.#control, L.CONTROL_FLUSH_DONE, request);
  }

  /** Resolves when a flush is done, or what is left is left by sinks that fail; keeps the process alive until then. */
  async flushed(request: number): Promise<void> {
    for (;;) {
      const done = Atomics.load(this.#control, L.CONTROL_FLUSH_DONE);
      if (this.isFlushed(request) || T.hasReached(this.#control, L.CONTROL_FLUSH_TRIED, request)) return;
      const isDead = this.#worker === undefined;
      if (isDead && this.standIn((recorder) => recorder.drain() || recorder.isFailing)) return;
      await pauseAsync(this.#control, L.CONTROL_FLUSH_DONE, done, LOOK_MS);
    }
  }

  /** Waits for a flush on the spot, or does it itself where the thread cannot. False after `timeoutMs`. */
  waitForFlush(request: number, timeoutMs: number): boolean {
    const until = performance.now() + timeoutMs;
    while (!this.isFlushed(request)) {
      const left = until - performance.now();
      if (this.standIn((recorder) => drainWithin(recorder, this.#control, left))) return true;
      if (left <= 0) return false;
      // It died since this thread was last in its event loop, and nobody else can do its work: the next one may still.
      const isDead = Atomics.load(this.#control, L.CONTROL_RECORDER) === T.THREAD_ENDED;
      if (isDead && this.#worker !== undefined) this.#ended(this.#worker);
      const done = Atomics.load(this.#control, L.CONTROL_FLUSH_DONE);
      if (((done - request) | 0) < 0) Atomics.wait(this.#control, L.CONTROL_FLUSH_DONE, done, Math.min(left, LOOK_MS));
    }
    return true;
  }

  /**
   * Where the thread has not started reading yet, or is dead, its work is done here, with the same sinks. False where it is
   * alive, or `work` says so.
   */
  standIn(work: (recorder: Recorder) => boolean): boolean {
    const control = this.#control;
    const before = Atomics.load(control, L.CONTROL_RECORDER);
    if (before !== T.THREAD_STARTING && before !== T.THREAD_ENDED) return false;
    // No module can be loaded without the event loop, and no socket opened.
    if (this.#setup.sinks.some(({ source }) => source.kind === 'module' || source.kind === 'otlp')) return false;
    if (Atomics.compareExchange(control, L.CONTROL_RECORDER, before, T.THREAD_STOOD_IN) !== before) return false;
    const recorder = new Recorder({ ...this.#setup, reader: L.READER_THREAD });
    try {
      for (const { source, level } of this.#setup.sinks) {
        const onError: ErrorListener = (outlet, error) => {
          const failure = `${outlet.name}: ${String(error)}`;
          if (!this.#failuresTold.has(failure)) recorder.onSinkError(outlet, error);
          this.#failuresTold.add(failure);
        };
        if (source.kind === 'console' || source.kind === 'file')
          recorder.addOutlet(createTextOutlet(source, level, onError));
      }
      for (const { buffer, rejudgeUntilWords, filterText } of this.#rings) {
        recorder.addRing(buffer, toRejudge(rejudgeUntilWords, filterText));
      }
      return work(recorder);
    } finally {
      recorder.end();
      for (const meta of recorder.takeUntold()) this.tell(meta);
      const { counts } = recorder;
      this.#addCounts(T.COUNTS.map((name) => counts[name]));
      Atomics.store(control, L.CONTROL_RECORDER, before);
      Atomics.notify(control, L.CONTROL_RECORDER);
    }
  }

  get counts(): RecorderCounts {
    const counts = T.COUNTS.map((name, i) => [name, this.#countsBefore[i] + this.#counts[i]]);
    return Object.fromEntries(counts);
  }

  /** Ends the thread after it has delivered everything. By force where nothing moves for a while: then it is false. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    const worker = this.#worker;
    if (worker === undefined) return true;
    worker.ref();
    Atomics.store(this.#control, L.CONTROL_STOP, 1);
    this.#wakeUp();
    const ended = new Promise<boolean>((resolve) => worker.once('exit', () => resolve(true)));
    let progress = this.#progress;
    let isForced = false;
    while (!(await Promise.race([ended, timersPromises().setTimeout(STOP_TIMEOUT_MS, false, { ref: false })]))) {
      isForced ||= this.#progress === progress;
      if (isForced) await worker.terminate();
      progress = this.#progress;
    }
    Atomics.store(this.#control, L.CONTROL_RECORDER, T.THREAD_ENDED);
    Atomics.notify(this.#control, L.CONTROL_RECORDER);
    this.#worker = undefined;
    return !isForced;
  }

  get #progress(): number {
    return Atomics.load(this.#control, L.CONTROL_PROGRESS);
  }

  #post(message: ThreadMessage): void {
    this.#worker?.postMessage(message);
    this.#wakeUp();
  }

  #wakeUp(): void {
    Atomics.add(this.#control, L.CONTROL_WAKE, 1);
    Atomics.notify(this.#control, L.CONTROL_WAKE);
  }

  #start(): void {
    Atomics.store(this.#control, L.CONTROL_RECORDER, T.THREAD_STARTING);
    this.#counts.fill(0);
    const { tellOthers, program, ...setup } = this.#setup;
    const workerData: ThreadData = {
      ...setup,
      rings: [...this.#rings],
      reader: newReader(this.#control),
      counts: this.#counts,
      hasOthers: tellOthers !== undefined,
    };
    let worker: Worker;
    try {
      const threads = workerThreads();
      worker = new threads.Worker(program, {
        eval: true,
        execArgv: [],
        argv: [],
        env: threads.SHARE_ENV,
        name: 'ttlog',
        workerData,
      });
    } catch (error) {
      Atomics.store(this.#control, L.CONTROL_RECORDER, T.THREAD_ENDED);
      throw error;
    }
    worker.on('error', (error) => (this.#lastError = error)); // 'exit' follows
    worker.on('message', (message: ThreadMessage) => {
      if ('tell' in message) tellOthers?.(message.tell);
      else if ('taken' in message) this.#requests.get(message.taken.id)?.(message.taken);
    });
    worker.unref();
    worker.once('exit', () => {
      for (const settle of this.#requests.values()) settle(undefined);
      this.#ended(worker);
    });
    this.#worker = worker;
  }

  #ended(worker: Worker): void {
    if (worker !== this.#worker || this.#isStopping) return;
    Atomics.store(this.#control, L.CONTROL_RECORDER, T.THREAD_ENDED);
    Atomics.notify(this.#control, L.CONTROL_RECORDER);
    const held = this.#counts[T.COUNTS.indexOf('waiting')];
    this.#addCounts([...this.#counts]);
    this.#counts.fill(0);
    this.#worker = undefined;
    const now = performance.now();
    this.#deaths.push(now);
    const lately = this.#deaths.filter((at) => now - at < DEATHS_WITHIN_MS).length;
    if (lately >= MAX_DEATHS) {
      process.emitWarning(
        'The recorder thread died again and again; records are delivered at flush() and at the end.',
        { code: 'TTLOG_THREAD_DIED' },
      );
      return;
    }
    try {
      this.#start();
    } catch {
      return; // no memory for a thread now: flush() and the end of the process deliver
    }
    const reason = this.#lastError instanceof Error ? this.#lastError.message : 'it ended';
    const fields: Field[] = [{ key: 'reason', value: reason }];
    // Sinks that keep what they took, to send it later, had it in the memory of that thread.
    if (held > 0) fields.push({ key: 'lost', value: held });
    const message = 'The recorder thread died and was started again; what it was writing may be there twice';
    const meta: MetaMessage = { level: LogLevel.Warn, message, fields };
    this.tell(meta);
    this.#setup.tellOthers?.(meta);
  }

  #addCounts(counts: readonly number[]): void {
    T.COUNTS.forEach((name, i) => {
      if (name !== 'waiting') this.#countsBefore[i] += counts[i];
    });
  }
}

/** Drains, retrying what a destination does not take at once. */
function drainWithin(recorder: Recorder, control: Int32Array, timeoutMs: number): boolean {
  const until = performance.now() + timeoutMs;
  while (!recorder.drain()) {
    const left = until - performance.now();
    if (left <= 0) return false;
    Atomics.wait(control, L.CONTROL_STOP, Atomics.load(control, L.CONTROL_STOP), Math.min(left, LOOK_MS));
  }
  return true;
}
