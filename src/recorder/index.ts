/** The background side, as the runtime sees it: rings in, records out to sinks. */
import { fstatSync } from 'node:fs';
import * as L from '../core/layout.js';
import { FunctionOutlet } from './function-outlet.js';
import { LocalDrive } from './local.js';
import type { MetaMessage } from './meta.js';
import { metaRecord } from './meta.js';
import { attachReader, newReader, ReaderBlock } from './reader-block.js';
import type { PromoteSettings } from './promotion.js';
import type { RecorderCounts } from './recorder.js';
import { Recorder } from './recorder.js';
import { ringBytes, viewRing } from './ring-view.js';
import { Room } from './room.js';
import type { SinkInput } from './sink.js';
import type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
import type { SnapshotSettings } from './snapshot-taker.js';
import { SnapshotTaker } from './snapshot-taker.js';
import type { TriggerSettings } from './snapshot-watch.js';
import { SnapshotWatch } from './snapshot-watch.js';
import type { FunctionSink, SinkPart } from './sort-sinks.js';
import { sortSinks } from './sort-sinks.js';
import type { SpanStats } from './span-table.js';
import { newSpanTable, SpanTable } from './span-table.js';
import { RecorderThread } from './thread.js';
import type { ThreadRing } from './thread-data.js';
import { toRejudge } from './thread-loop.js';

const DEFAULT_BATCH_RECORDS = 1024;
const NO_COUNTS: RecorderCounts = {
  delivered: 0,
  lapped: 0,
  sinkErrors: 0,
  missed: 0,
  promoted: 0,
  stories: 0,
  storiesSuppressed: 0,
  waiting: 0,
  snapshots: 0,
  snapshotsSuppressed: 0,
};

interface RecorderOptions {
  /** What a recorder thread is started with. */
  readonly threadProgram: string;
  readonly sinks: readonly SinkInput[];
  /** What the root target is called. */
  readonly service: string;
  readonly flushIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly overflow: 'block' | 'drop';
  /** undefined = nothing is promoted. */
  readonly promote?: PromoteSettings | undefined;
  /** Where snapshots go. */
  readonly snapshots: SnapshotSettings;
  /** undefined = none is taken unless somebody asks. */
  readonly triggers?: TriggerSettings | undefined;
  /** Most records that a sink is handed at once. */
  readonly batchRecords?: number;
  /** Deliver on this thread. */
  readonly inThread?: boolean;
  /** The control block; see layout.ts, CONTROL_*. */
  readonly control: Int32Array;
  /** BroadcastChannel on which other threads announce their rings. */
  readonly channel: string;
}

interface RingOptions {
  /** Records before this position (low 32 bits, in 8-byte words) are judged anew by `filterText`. */
  readonly rejudgeUntilWords: number;
  readonly filterText: string;
}

export interface RecorderHandle {
  /** From now on this ring is read, from its oldest record on, and its writer can wait for us. */
  addRing(buffer: SharedArrayBuffer, options?: RingOptions): void;
  /** The same for the ring of another thread, which waits for its readers already. One that is read already stays as it is. */
  addForeignRing(ring: ThreadRing): void;
  /** The writer has ended, and its ring has been read to the end. */
  removeRing(buffer: SharedArrayBuffer): void;
  /** Bits: who reads; 1 << READER_THREAD, 1 << READER_LOCAL. */
  readonly readers: number;
  /** Has everybody look at once. */
  hurry(): void;
  /** Resolves when everything recorded so far has been handed over. */
  flush(): Promise<void>;
  /** The same on the spot. False where something is left after `timeoutMs`. */
  flushSync(timeoutMs: number): boolean;
  /** Records that sinks of this thread hold for which the event loop has to go on. */
  readonly hasUnsettled: boolean;
  /** True where sinks of this thread that may need the event loop have not been handed everything yet. */
  readonly isBehind: boolean;
  /** Gives them the time. */
  settle(withinMs: number): Promise<void>;
  /** Hands over everything, closes the sinks, ends the thread. False where something was left, because nothing moved for a while. */
  stop(): Promise<boolean>;
  stats(): Readonly<RecorderCounts>;
  /** What has been counted of spans. */
  spans(): SpanStats[];
  /** Takes a snapshot, on the recorder thread where there is one: the caller only asks. */
  snapshot(input: SnapshotInput): Promise<SnapshotInfo>;
  /**
   * A sign of life of this thread, `lateMs` late: where everything runs on it, it is the time to look for a reason to take a snapshot. Another thread has to
   * look now only where the heap is near its limit.
   */
  beat(lateMs: number, isHeapFull: boolean): void;
  /** A record is owed, and CONTROL_SLEEPING is not 0. */
  wake(): void;
  /** Returns when everything owed up to this position of the ring has been handed over, or waiting for it is no use. */
  makeRoom(buffer: SharedArrayBuffer, owedWords: number): void;
}

/** Starts delivering. Where there are no workers everything runs on this thread, and one warning says so. */
export function createRecorder(options: RecorderOptions): RecorderHandle {
  return new RunningRecorder(options);
}

class RunningRecorder implements RecorderHandle {
  readonly #options: RecorderOptions;
  readonly #room: Room;
  readonly #spanTable = newSpanTable();
  /** Views of the rings that are read, by their memory. */
  readonly #rings = new Map<SharedArrayBuffer, Int32Array>();
  /** For snapshots that are taken on this thread. */
  readonly #taker: SnapshotTaker;
  /** Where there is no recorder thread that looks. */
  #watch: SnapshotWatch | undefined;
  #thread: RecorderThread | undefined;
  #local: { readonly recorder: Recorder; readonly drive: LocalDrive; readonly reader: number } | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#room = new Room(options.control, options.stallTimeoutMs);
    this.#taker = new SnapshotTaker(options.snapshots, (meta) => this.#local?.recorder.tellSurely(meta));
    const { threadSinks, functionSinks } = sortSinks(options.sinks);
    unblockConsole(threadSinks);
    const localSinks = this.#startThread(threadSinks, functionSinks.length > 0) ? [] : threadSinks;
    const isNeeded = this.#thread === undefined && options.triggers !== undefined;
    if (localSinks.length > 0 || functionSinks.length > 0 || isNeeded) this.#startLocal(localSinks, functionSinks);
  }

  addRing(buffer: SharedArrayBuffer, options?: RingOptions): void {
    const ring = viewRing(ringBytes(buffer));
    this.#rings.set(buffer, ring.i32);
    const { rejudgeUntilWords, filterText } = options ?? {};
    if (this.#thread !== undefined) {
      attachReader(ring, L.READER_THREAD);
      this.#thread.addRing({ buffer, rejudgeUntilWords, filterText });
    }
    this.#local?.recorder.addRing(buffer, toRejudge(rejudgeUntilWords, filterText));
    this.#local?.drive.hurry();
  }

  addForeignRing(ring: ThreadRing): void {
    const { buffer, rejudgeUntilWords, filterText } = ring;
    const { i32 } = viewRing(ringBytes(buffer));
    this.#rings.set(buffer, i32);
    this.#thread?.addRing(ring);
    if (this.#local === undefined || !new ReaderBlock(i32, L.READER_LOCAL).adopt(this.#local.reader)) return;
    this.#local.recorder.addRing(buffer, toRejudge(rejudgeUntilWords, filterText));
    this.#local.drive.hurry();
  }

  removeRing(buffer: SharedArrayBuffer): void {
    this.#rings.delete(buffer);
    this.#thread?.removeRing(buffer);
  }

  get readers(): number {
    const thread = this.#thread === undefined ? 0 : 1 << L.READER_THREAD;
    return thread | (this.#local === undefined ? 0 : 1 << L.READER_LOCAL);
  }

  hurry(): void {
    this.#thread?.hurry();
    this.#local?.drive.hurry();
  }

  async flush(): Promise<void> {
    const thread = this.#thread;
    const request = thread?.requestFlush();
    // What they read is counted by the thread.
    const isThreadFirst = this.#local?.recorder.outlets.some(({ readsMetrics }) => readsMetrics) ?? false;
    if (!isThreadFirst) await this.#local?.drive.flush();
    if (thread !== undefined && request !== undefined) await thread.flushed(request);
    if (isThreadFirst) await this.#local?.drive.flush();
  }

  flushSync(timeoutMs: number): boolean {
    const until = performance.now() + timeoutMs;
    const request = this.#thread?.requestFlush();
    const isLocalDone = this.#local?.drive.drain(timeoutMs) ?? true;
    if (this.#thread === undefined || request === undefined) return isLocalDone;
    return this.#thread.waitForFlush(request, Math.max(until - performance.now(), 0)) && isLocalDone;
  }

  get hasUnsettled(): boolean {
    const outlets = this.#local?.recorder.outlets ?? [];
    return outlets.some((outlet) => outlet.needsEventLoop && outlet.waiting > 0);
  }

  get isBehind(): boolean {
    const { recorder } = this.#local ?? {};
    return recorder !== undefined && recorder.isBehind && recorder.outlets.some(({ needsEventLoop }) => needsEventLoop);
  }

  async settle(withinMs: number): Promise<void> {
    await this.#local?.drive.flush(withinMs);
  }

  async stop(): Promise<boolean> {
    const isThreadDone = (await this.#thread?.stop()) ?? true;
    const isLocalDone = (await this.#local?.drive.stop()) ?? true;
    await this.#taker.end();
    for (const i32 of this.#rings.values()) new ReaderBlock(i32, L.READER_THREAD).detach();
    this.#rings.clear();
    return isThreadDone && isLocalDone;
  }

  stats(): Readonly<RecorderCounts> {
    const thread = this.#thread?.counts;
    const local = this.#local?.recorder.counts;
    if (thread === undefined || local === undefined) return thread ?? local ?? NO_COUNTS;
    // Both read the same rings: what both did counts once.
    const both = (name: keyof RecorderCounts): number => Math.max(thread[name], local[name]);
    return {
      delivered: both('delivered'),
      lapped: both('lapped'),
      sinkErrors: thread.sinkErrors + local.sinkErrors,
      missed: thread.missed + local.missed,
      promoted: both('promoted'),
      stories: both('stories'),
      storiesSuppressed: both('storiesSuppressed'),
      waiting: thread.waiting + local.waiting,
      snapshots: thread.snapshots + local.snapshots,
      snapshotsSuppressed: both('snapshotsSuppressed'),
    };
  }

  spans(): SpanStats[] {
    return new SpanTable(this.#spanTable).read();
  }

  async snapshot(input: SnapshotInput): Promise<SnapshotInfo> {
    const info = await this.#thread?.snapshot(input);
    if (info !== undefined) return info;
    const taking = this.#taker.take(input);
    this.#countTaken();
    return taking;
  }

  beat(lateMs: number, isHeapFull: boolean): void {
    if (isHeapFull) this.#thread?.hurry();
    this.#watch?.noteLateness(lateMs, performance.now());
    this.#takeDue();
  }

  /** Of this thread, where no other looks. */
  #takeDue(): void {
    const local = this.#local;
    const watch = this.#watch;
    if (local === undefined || watch === undefined) return;
    for (let trigger = watch.due(performance.now()); trigger !== undefined; trigger = watch.due(performance.now())) {
      const { rings } = local.recorder;
      void this.#taker.takeFor(trigger, rings, false, watch.suppressed).then(() => this.#countTaken());
    }
  }

  #countTaken(): void {
    if (this.#local !== undefined) this.#local.recorder.snapshots = this.#taker.taken;
  }

  wake(): void {
    this.#thread?.wake();
    this.#local?.drive.wake();
  }

  makeRoom(buffer: SharedArrayBuffer, owedWords: number): void {
    const i32 = this.#rings.get(buffer);
    if (i32 === undefined) return;
    const mayWait = this.#options.overflow === 'block';
    if (this.#local !== undefined) this.#room.makeByLocal(this.#local.drive, i32, owedWords, mayWait);
    if (this.#thread !== undefined) this.#room.makeByThread(this.#thread, i32, owedWords, mayWait);
  }

  /** False where the sinks have to run on this thread. */
  #startThread(parts: readonly SinkPart[], hasOthers: boolean): boolean {
    const { inThread, service, flushIntervalMs, stallTimeoutMs, promote, control, channel } = this.#options;
    const { snapshots, triggers, threadProgram: program } = this.#options;
    // Only another thread sees a thread stand still.
    const isNeeded = parts.length > 0 || (triggers !== undefined && (!hasOthers || triggers.stallMs !== Infinity));
    if (!isNeeded || inThread === true) return false;
    try {
      const batchRecords = this.#batchRecords;
      const tellOthers = hasOthers ? (meta: MetaMessage) => this.#tellLocal(meta) : undefined;
      const sinks = parts.map(({ level, source }) => ({ level, source }));
      const delivery = { sinks, service, batchRecords, flushIntervalMs, stallTimeoutMs, promote };
      const setup = {
        ...delivery,
        program,
        spanTable: this.#spanTable,
        snapshots,
        triggers,
        control,
        channel,
        tellOthers,
      };
      this.#thread = new RecorderThread(setup);
      return true;
    } catch (error) {
      process.emitWarning(`Sinks run on this thread, because no worker can be started: ${String(error)}`, {
        code: 'TTLOG_NO_THREAD',
      });
      return false;
    }
  }

  #startLocal(parts: readonly SinkPart[], functionSinks: readonly FunctionSink[]): void {
    const { service, flushIntervalMs, stallTimeoutMs, promote, control, triggers } = this.#options;
    if (this.#thread === undefined && triggers !== undefined) this.#watch = new SnapshotWatch(triggers, control);
    const batchRecords = this.#batchRecords;
    const tellOthers = (meta: MetaMessage): boolean => {
      this.#thread?.tell(meta);
      return this.#thread !== undefined;
    };
    const recorder = new Recorder({
      reader: L.READER_LOCAL,
      service,
      batchRecords,
      stallTimeoutMs,
      promote,
      spanTable: this.#spanTable,
      countsSpans: this.#thread === undefined, // one of them does
      watch: this.#watch,
      control,
      tellOthers,
    });
    for (const { make } of parts) recorder.addOutlet(make(recorder.host));
    for (const { sink, level } of functionSinks) recorder.addOutlet(new FunctionOutlet(sink, level, recorder.host));
    const drive = new LocalDrive(recorder, control, flushIntervalMs, () => this.#takeDue());
    this.#local = { recorder, drive, reader: newReader(control) };
  }

  #tellLocal(meta: MetaMessage): boolean {
    this.#local?.drive.hurry();
    return this.#local?.recorder.tell(metaRecord(meta)) ?? false;
  }

  get #batchRecords(): number {
    return this.#options.batchRecords ?? DEFAULT_BATCH_RECORDS;
  }
}

/**
 * Writes to a pipe or a socket block a thread for as long as nobody reads, and a thread that is blocked in write(2) cannot even be
 * ended. Node makes them non-blocking when it makes the stream of that name.
 */
function unblockConsole(sinks: readonly SinkPart[]): void {
  for (const { source } of sinks) {
    if (source.kind !== 'console') continue;
    try {
      const stat = fstatSync(source.fd);
      if (stat.isFIFO() || stat.isSocket()) void (source.fd === 1 ? process.stdout : process.stderr);
    } catch {
      // closed: the first write says so
    }
  }
}
