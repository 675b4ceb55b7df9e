import { reasonOf } from '../core/errors.js';
import { compileFilter } from '../core/filter.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import type { Rejudge } from './cursor.js';
import type { MetaMessage } from './meta.js';
import { timersPromises } from './lazy-node.js';
import { pauseAsync } from './pause-async.js';
import { ReaderBlock } from './reader-block.js';
import { Recorder } from './recorder.js';
import { SnapshotTaker } from './snapshot-taker.js';
import { SnapshotWatch } from './snapshot-watch.js';
import type { SnapshotRequest, ThreadData, ThreadMessage, ThreadRing } from './thread-data.js';
import * as T from './thread-data.js';

/**
 * Looks in a row that find nothing before the thread sleeps until it is woken. Waking it costs whoever records 30 µs, a look costs the
 * recorder 80: with an event every 200 ms, half a second of looking was 0.8 % of a processor, this is 0.25 %.
 */
const QUIET_LOOKS = 3;
/** A missed wake-up costs this much at the most. */
const SLEEP_MS = 1000;
/** How soon a sink that could not take everything is tried again. */
const RETRY_MS = 5;

/** The way to the thread that started this one; it works without the event loop. */
export interface ThreadPort {
  receive(): ThreadMessage | undefined;
  send(message: ThreadMessage): void;
  /** Tells the threads that log, for those that record nothing more. */
  listening(): void;
}

/** What the recorder thread does until it is told to stop: pass, wait, pass. */
export class ThreadLoop {
  readonly recorder: Recorder;
  readonly #data: ThreadData;
  readonly #control: Int32Array;
  readonly #port: ThreadPort;
  readonly #watch: SnapshotWatch | undefined;
  readonly #taker: SnapshotTaker;
  #quietSince = performance.now();
  /** Sinks are flushing that need time. Reading goes on meanwhile: others must not wait for them. */
  #isFlushing = false;
  /** The last request for a flush that has been heard. */
  #requestSeen = 0;

  constructor(data: ThreadData, port: ThreadPort) {
    this.#data = data;
    this.#control = data.control;
    this.#port = port;
    const tellOthers = (tell: MetaMessage): boolean => {
      if (data.hasOthers) port.send({ tell });
      return data.hasOthers;
    };
    const { triggers, control } = data;
    this.#watch = triggers === undefined ? undefined : new SnapshotWatch(triggers, control);
    this.recorder = new Recorder({ ...data, reader: L.READER_THREAD, tellOthers, watch: this.#watch });
    this.#taker = new SnapshotTaker(data.snapshots, (meta) => {
      this.recorder.tellSurely(meta);
      tellOthers(meta);
    });
  }

  async run(): Promise<void> {
    this.#enter();
    for (const ring of this.#data.rings) this.#addRing(ring);
    const control = this.#control;
    while (Atomics.load(control, L.CONTROL_STOP) === 0) {
      const seenWake = Atomics.load(control, L.CONTROL_WAKE);
      const requested = Atomics.load(control, L.CONTROL_FLUSH_REQUESTED);
      this.#takeMessages();
      if (requested !== this.#requestSeen) this.recorder.retry();
      this.#requestSeen = requested;
      const before = this.recorder.delivered;
      const drained = this.recorder.drainSoFar();
      const isDrained = drained !== 'blocked';
      this.#count();
      if (this.recorder.delivered !== before) this.#quietSince = performance.now();
      if (requested !== Atomics.load(control, L.CONTROL_FLUSH_DONE)) {
        if (isDrained && !this.#isFlushing) this.#flush(requested);
        else if (this.recorder.isFailing) this.#giveUp(requested);
        this.#quietSince = performance.now();
      }
      if (this.#watch !== undefined) await this.#takeDue(this.#watch);
      if (drained !== 'more') await this.#wait(isDrained, seenWake);
      // Where there is always more, sockets and timers have their turn all the same.
      else if (this.#taker.isBusy || this.#needsEventLoop) await timersPromises().setImmediate();
    }
    await this.#end();
  }

  /** Says that the thread is gone. */
  leave(): void {
    Atomics.store(this.#control, L.CONTROL_RECORDER, T.THREAD_ENDED);
    Atomics.notify(this.#control, L.CONTROL_RECORDER);
    Atomics.notify(this.#control, L.CONTROL_FLUSH_DONE);
  }

  /** Starts reading, unless another thread is doing it in our place just now. */
  #enter(): void {
    const control = this.#control;
    for (;;) {
      const seen = Atomics.compareExchange(control, L.CONTROL_RECORDER, T.THREAD_STARTING, T.THREAD_RUNNING);
      if (seen !== T.THREAD_STOOD_IN) break;
      Atomics.wait(control, L.CONTROL_RECORDER, T.THREAD_STOOD_IN);
    }
    Atomics.store(control, L.CONTROL_RECORDER, T.THREAD_RUNNING);
    Atomics.notify(control, L.CONTROL_RECORDER);
    // Those who announced their rings before we listened do so again when they next look, or hear of it.
    Atomics.add(control, L.CONTROL_SETTINGS, 2);
    this.#port.listening();
  }

  #takeMessages(): void {
    for (let message = this.#port.receive(); message !== undefined; message = this.#port.receive()) {
      if ('ring' in message) this.#addRing(message.ring);
      else if ('tell' in message) this.recorder.tellSurely(message.tell);
      else if ('snapshot' in message) void this.#take(message.snapshot);
    }
  }

  /** Written before this returns; answered when it is compressed. */
  async #take({ id, input, begun }: SnapshotRequest): Promise<void> {
    if (Atomics.exchange(begun, 0, 1) !== 0) return; // we come too late
    try {
      const taking = this.#taker.take(input);
      this.recorder.snapshots = this.#taker.taken;
      this.#port.send({ taken: { id, info: await taking } });
    } catch (error) {
      this.#port.send({ taken: { id, error: reasonOf(error) } });
    }
  }

  async #takeDue(watch: SnapshotWatch): Promise<void> {
    for (;;) {
      const trigger = watch.due(performance.now());
      const stalledMs = watch.takeRecovery();
      if (stalledMs !== undefined) this.#tellRecovery(stalledMs);
      if (trigger === undefined) return;
      const isDebugged = Atomics.load(this.#control, L.CONTROL_DEBUGGED) === 1;
      await this.#taker.takeFor(trigger, this.recorder.rings, isDebugged, watch.suppressed);
      this.recorder.snapshots = this.#taker.taken;
    }
  }

  #tellRecovery(stalledMs: number): void {
    const fields = [{ key: 'stalled_ms', value: Math.round(stalledMs) }];
    this.recorder.tellSurely({ level: LogLevel.Warn, message: 'The event loop goes on', fields });
  }

  /** The thread that started us may tell of rings that we have been told of by those who write them. */
  #addRing({ buffer, rejudgeUntilWords, filterText }: ThreadRing): void {
    const block = new ReaderBlock(new Int32Array(buffer, 0, L.HEADER_BYTES >> 2), L.READER_THREAD);
    if (!block.adopt(this.#data.reader)) return;
    this.recorder.addRing(buffer, toRejudge(rejudgeUntilWords, filterText));
  }

  /** Acknowledges the request once every sink has handed on everything that came before; where one cannot yet, it is asked again. */
  #flush(requested: number): void {
    const results = this.recorder.outlets.map((outlet) => outlet.flush(Infinity));
    if (!results.every((result) => typeof result === 'boolean')) void this.#flushLater(requested, results);
    else this.#conclude(requested, results);
  }

  #conclude(requested: number, results: readonly boolean[]): void {
    const { outlets } = this.recorder;
    if (results.every(Boolean)) this.#acknowledge(requested);
    else if (results.every((isFlushed, i) => isFlushed || outlets[i].isFailing)) this.#giveUp(requested);
  }

  /** Sinks that fail are not waited for by those who cannot do anything about it. */
  #giveUp(requested: number): void {
    if (Atomics.exchange(this.#control, L.CONTROL_FLUSH_TRIED, requested) === requested) return;
    this.#count();
    Atomics.notify(this.#control, L.CONTROL_FLUSH_DONE);
  }

  async #flushLater(requested: number, results: readonly (boolean | Promise<boolean>)[]): Promise<void> {
    this.#isFlushing = true;
    const settled: boolean[] = [];
    for (const result of results) settled.push(await result);
    this.#isFlushing = false;
    this.#conclude(requested, settled);
    Atomics.add(this.#control, L.CONTROL_WAKE, 1);
    Atomics.notify(this.#control, L.CONTROL_WAKE);
  }

  get #needsEventLoop(): boolean {
    return this.recorder.outlets.some((outlet) => outlet.needsEventLoop);
  }

  #acknowledge(requested: number): void {
    this.#count();
    Atomics.store(this.#control, L.CONTROL_FLUSH_DONE, requested);
    Atomics.notify(this.#control, L.CONTROL_FLUSH_DONE);
  }

  async #wait(isDrained: boolean, seenWake: number): Promise<void> {
    // The time of a stall is measured from the last look: they must not be further apart than that.
    const lookMs = this.#watch?.lookMs ?? Infinity;
    if (!isDrained) return this.#pause(seenWake, RETRY_MS);
    if (performance.now() - this.#quietSince < QUIET_LOOKS * this.#data.flushIntervalMs)
      return this.#pause(seenWake, Math.min(this.#data.flushIntervalMs, lookMs));
    const control = this.#control;
    Atomics.or(control, L.CONTROL_SLEEPING, T.SLEEPING_THREAD);
    // What was recorded before the writer could see the bit.
    const before = this.recorder.delivered;
    if (this.recorder.drain() && this.recorder.delivered === before)
      await this.#pause(seenWake, Math.min(SLEEP_MS, lookMs));
    Atomics.and(control, L.CONTROL_SLEEPING, ~T.SLEEPING_THREAD);
  }

  async #pause(seenWake: number, ms: number): Promise<void> {
    if (!this.#needsEventLoop && !this.#taker.isBusy) Atomics.wait(this.#control, L.CONTROL_WAKE, seenWake, ms);
    else await pauseAsync(this.#control, L.CONTROL_WAKE, seenWake, ms);
  }

  async #end(): Promise<void> {
    this.#takeMessages();
    // Whoever ends the thread does so by force where a sink takes nothing any more.
    while (!this.recorder.drain()) await this.#pause(Atomics.load(this.#control, L.CONTROL_WAKE), RETRY_MS);
    await this.#taker.end(); // it has something to tell
    await this.recorder.close();
    this.recorder.detach();
    this.#acknowledge(Atomics.load(this.#control, L.CONTROL_FLUSH_REQUESTED));
  }

  #count(): void {
    const { counts } = this.#data;
    const now = this.recorder.counts;
    for (const [i, name] of T.COUNTS.entries()) counts[i] = now[name];
  }
}

/** A rejudge as it crosses threads. */
export function toRejudge(untilWords: number | undefined, filterText: string | undefined): Rejudge | undefined {
  if (untilWords === undefined) return undefined;
  return { untilWords, filter: compileFilter(filterText ?? '', 'lenient') };
}
