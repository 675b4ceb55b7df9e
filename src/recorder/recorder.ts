import { writeSync } from 'node:fs';
import { reasonOf } from '../core/errors.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import type { Rejudge } from './cursor.js';
import { RingCursor } from './cursor.js';
import type { SegmentDecoder } from './decoder.js';
import { printable } from './escape.js';
import type { MetaMessage } from './meta.js';
import { isSameLoss, metaRecord, sumOfLosses } from './meta.js';
import type { Outlet, OutletHost } from './outlet.js';
import { CurrentRecord, takesRecord } from './outlet.js';
import type { PromoteSettings, Story } from './promotion.js';
import { Promotion } from './promotion.js';
import type { LogRecord } from './record.js';
import type { SinkMetrics } from './sink.js';
import type { SnapshotWatch } from './snapshot-watch.js';
import { SpanCounter } from './span-counter.js';
import { SpanTable } from './span-table.js';
import { tellStory } from './story.js';

/** How often it is looked whether somebody set the wall clock. */
const CLOCK_LOOK_MS = 1000;
/** Different losses that nobody could be told of yet. */
const MAX_UNTOLD = 64;

export interface RecorderSetup {
  /** Which reader's block it keeps: READER_THREAD, READER_LOCAL. */
  readonly reader: number;
  readonly service: string;
  /** Most records between two hand-overs. */
  readonly batchRecords: number;
  /** How long a writer waits for readers that do not move. A sink that takes nothing for half of it is passed over for the sake of the others. */
  readonly stallTimeoutMs: number;
  readonly control: Int32Array;
  /** undefined = nothing is promoted. */
  readonly promote?: PromoteSettings | undefined;
  /** Where spans are counted; see SpanTable. */
  readonly spanTable?: SharedArrayBuffer | undefined;
  /** False where another recorder over the same rings does it. @default true */
  readonly countsSpans?: boolean;
  /** Looks at every record for a reason to take a snapshot; undefined = not this one. */
  readonly watch?: SnapshotWatch | undefined;
  /** Tells the sinks of the other side (recorder thread, in-thread twin). False where there are none. */
  readonly tellOthers?: ((meta: MetaMessage) => boolean) | undefined;
}

/** Counts since it was made. */
export interface RecorderCounts {
  delivered: number;
  lapped: number;
  sinkErrors: number;
  /** Records that a sink was to get and never did, for each sink. */
  missed: number;
  /** Records that were delivered because their traces ended badly, such traces, and those that were not for there were too many. */
  promoted: number;
  stories: number;
  storiesSuppressed: number;
  /** Records that sinks have taken and not handed on yet: no count, but how things are. */
  waiting: number;
  /** Snapshots that were taken, and those that were not because there had just been one for the same reason. */
  snapshots: number;
  snapshotsSuppressed: number;
}

/** How a pass over the rings ended: nothing left, more to read, or a sink that cannot take more. */
export type PassResult = 'done' | 'more' | 'blocked';

/**
 * Rings → cursors → records in the order of time → sinks. It does what can be done now and never waits; whoever drives it (the
 * recorder thread, or the timer of the in-thread twin) decides when to come back.
 */
export class Recorder {
  readonly outlets: Outlet[] = [];
  /** What outlets are made with. */
  readonly host: OutletHost;
  delivered = 0;
  /** Counted by who drives it. */
  snapshots = 0;
  readonly #setup: RecorderSetup;
  readonly #current = new CurrentRecord();
  #cursors: RingCursor[] = [];
  /** Of cursors that have gone. */
  #lapped = 0;
  /** The least level that some sink wants whatever the filter says. */
  #lowestOwn: number = LogLevel.Off;
  /** Those of the outlets that want to hear of every span. */
  readonly #followers: Outlet[] = [];
  readonly #promotion: Promotion | undefined;
  readonly #spans: SpanCounter | undefined;
  /** What is to be told, and nobody was there to take it. */
  #untold: MetaMessage[] = [];
  readonly #watch: SnapshotWatch | undefined;
  #promoted = 0;
  #suppressedTold = 0;
  #progress = 0;
  #blockedSince: number | undefined;
  #isBusy = false;
  #clockLookedAt = performance.now();

  constructor(setup: RecorderSetup) {
    this.#setup = setup;
    if (setup.promote !== undefined) this.#promotion = new Promotion(setup.promote);
    if (setup.spanTable !== undefined && setup.countsSpans !== false) this.#spans = new SpanCounter(setup.spanTable);
    this.#watch = setup.watch;
    const { service, batchRecords } = setup;
    this.host = { service, batchRecords, onError: this.onSinkError, metrics: () => this.#metrics() };
  }

  addOutlet(outlet: Outlet): void {
    this.outlets.push(outlet);
    if (outlet.followsSpans) this.#followers.push(outlet);
    this.#lowestOwn = Math.min(...this.outlets.map(({ level }) => level ?? LogLevel.Off));
  }

  addRing(buffer: SharedArrayBuffer, rejudge: Rejudge | undefined): void {
    const { reader, service } = this.#setup;
    this.#cursors.push(new RingCursor(buffer, { reader, service, rejudge }));
  }

  /** The same as `pass` until everything has been handed over that had been recorded when it began. False where a sink is blocked. */
  drain(): boolean {
    return this.drainSoFar() !== 'blocked';
  }

  /** As `drain`; 'more' where more has been recorded meanwhile: writers that never rest must not keep anybody here forever. */
  drainSoFar(): PassResult {
    const goals = this.#cursors.map((cursor) => ({ cursor, words: cursor.published }));
    for (;;) {
      const result = this.pass();
      if (result !== 'more' || goals.every(({ cursor, words }) => ((words - cursor.position) | 0) <= 0)) return result;
    }
  }

  /** Hands over one batch: at most `batchRecords` records. */
  pass(): PassResult {
    if (this.#isBusy) return 'blocked'; // a sink that calls flushSync()
    this.#isBusy = true;
    try {
      if (!this.#settleOutlets()) return 'blocked';
      const read = this.#read();
      this.#tellAgain();
      this.#reportLosses();
      this.#reportMissed();
      for (const outlet of this.outlets) outlet.endBatch();
      this.#publish();
      this.#followClock();
      return this.outlets.some(isHolding) ? 'blocked' : read;
    } finally {
      this.#isBusy = false;
    }
  }

  /** True where rings hold records that have not been read. */
  get isBehind(): boolean {
    return this.#cursors.some((cursor) => cursor.isBehind);
  }

  /** True where nothing more can be handed over because every sink that there is has failed. */
  get isFailing(): boolean {
    return this.outlets.length > 0 && this.outlets.every((outlet) => isHolding(outlet) && outlet.isFailing);
  }

  /** See `Outlet.retry`. */
  retry(): void {
    for (const outlet of this.outlets) outlet.retry();
  }

  /** True where only the event loop can help. */
  get isWaitingForPromise(): boolean {
    return this.#isBusy || this.outlets.some((outlet) => isHolding(outlet) && outlet.needsEventLoop);
  }

  get counts(): RecorderCounts {
    return {
      delivered: this.delivered,
      lapped: this.#cursors.reduce((sum, cursor) => sum + cursor.lapped + cursor.overwritten, this.#lapped),
      sinkErrors: this.outlets.reduce((sum, outlet) => sum + outlet.errors, 0),
      missed: this.outlets.reduce((sum, outlet) => sum + outlet.missed, 0),
      promoted: this.#promoted,
      stories: this.#promotion?.stories ?? 0,
      storiesSuppressed: this.#promotion?.suppressed ?? 0,
      waiting: this.outlets.reduce((sum, outlet) => sum + outlet.waiting, 0),
      snapshots: this.snapshots,
      snapshotsSuppressed: this.#watch?.suppressed ?? 0,
    };
  }

  /** The rings of this process that are read. */
  get rings(): SharedArrayBuffer[] {
    return this.#cursors.filter((cursor) => cursor.isOfThisProcess).map((cursor) => cursor.memory);
  }

  /** Hands a record about ttlog itself to the sinks. True where at least one got it. */
  tell(record: LogRecord, except?: Outlet): boolean {
    const others = this.outlets.filter((outlet) => outlet !== except && canHear(outlet) && takesRecord(outlet, record));
    for (const outlet of others) outlet.takeRecord(record);
    return others.length > 0;
  }

  /** As `tell`; where nobody takes it now, as soon as somebody does. */
  tellSurely(meta: MetaMessage): void {
    const record = metaRecord(meta);
    if (this.tell(record) || !this.outlets.some((outlet) => takesRecord(outlet, record))) return;
    const same = this.#untold.findIndex((each) => isSameLoss(each, meta));
    if (same >= 0) this.#untold[same] = sumOfLosses(this.#untold[same], meta);
    else if (this.#untold.length < MAX_UNTOLD) this.#untold.push(meta);
  }

  /** What nobody has taken: for an heir. */
  takeUntold(): MetaMessage[] {
    const untold = this.#untold;
    this.#untold = [];
    return untold;
  }

  #tellAgain(): void {
    if (this.#untold.length > 0 && this.outlets.some(canHear))
      for (const meta of this.takeUntold()) this.tellSurely(meta);
  }

  /** What sinks report, once a burst: all the others hear of it; where there are none, stderr. */
  readonly onSinkError = (outlet: Outlet, error: unknown): void => {
    const reason = reasonOf(error);
    const fields = [
      { key: 'sink', value: outlet.name },
      { key: 'reason', value: reason },
    ];
    const meta: MetaMessage = { level: LogLevel.Error, message: 'A sink failed', fields };
    const isToldHere = this.tell(metaRecord(meta), outlet);
    const isToldThere = this.#setup.tellOthers?.(meta) ?? false;
    if (!isToldHere && !isToldThere) lastResort(`${outlet.name}: ${reason}`);
  };

  #metrics(): SinkMetrics {
    const timeNs = BigInt(Date.now()) * 1_000_000n;
    const { spanTable } = this.#setup;
    if (spanTable === undefined) return { startNs: timeNs, timeNs, spans: [] };
    const table = new SpanTable(spanTable);
    return { startNs: BigInt(table.since) * 1_000_000n, timeNs, spans: table.read() };
  }

  /** Those first that need time: what they have to say is for the others. */
  async close(): Promise<void> {
    const slow = this.outlets.filter((outlet) => outlet.needsEventLoop);
    await Promise.all(slow.map(async (outlet) => outlet.close()));
    for (const outlet of slow) this.#tellMissed(outlet, true);
    for (const outlet of this.outlets) if (!slow.includes(outlet)) await outlet.close();
  }

  /** The writer need not wait for this reader any more. */
  detach(): void {
    for (const cursor of this.#cursors) cursor.block.detach();
  }

  /** False while some sink must be waited for. */
  #settleOutlets(): boolean {
    let blocked = false;
    for (const outlet of this.outlets) {
      if (outlet.isBlocked) outlet.endBatch();
      if (isHolding(outlet)) blocked = true;
    }
    this.#noteProgress();
    if (!blocked) {
      this.#blockedSince = undefined;
      return true;
    }
    this.#blockedSince ??= performance.now();
    const isStalled = performance.now() - this.#blockedSince > this.#setup.stallTimeoutMs / 2;
    // One that is stalled is passed over where there are others. A single one waits: the ring keeps the newest for it.
    if (!isStalled || this.outlets.every(isHolding)) return false;
    for (const outlet of this.outlets.filter(isHolding)) outlet.suspend();
    return true;
  }

  #noteProgress(): void {
    const progress = this.outlets.reduce((sum, outlet) => sum + outlet.progress, 0);
    if (progress === this.#progress) return;
    this.#progress = progress;
    this.#blockedSince = undefined;
    Atomics.add(this.#setup.control, L.CONTROL_PROGRESS, 1);
  }

  #read(): PassResult {
    const cursors = this.#cursors;
    const { batchRecords } = this.#setup;
    if (cursors.length === 1 && !cursors[0].hasRecord) cursors[0].next();
    for (let count = 0; count < batchRecords;) {
      const cursor = cursors.length === 1 ? cursors[0] : (earliest(cursors) ?? openWindow(cursors));
      if (cursor === undefined || !cursor.hasRecord) {
        this.#dropFinished();
        return 'done';
      }
      if (this.#deliver(cursor)) count++;
      cursor.next();
    }
    return 'more';
  }

  /** True where somebody got the record. */
  #deliver(cursor: RingCursor): boolean {
    const taken = this.#handOver(cursor);
    if (this.#spans !== undefined && cursor.decoder.kind === L.KIND_SPAN_END) this.#spans.see(cursor);
    if (this.#followers.length > 0) this.#tellFollowers(cursor.decoder);
    if (this.#watch !== undefined && cursor.isOfThisProcess) this.#watch.see(cursor.decoder);
    return taken;
  }

  #tellFollowers(decoder: SegmentDecoder): void {
    if (decoder.kind !== L.KIND_SPAN_START && decoder.kind !== L.KIND_SPAN_END) return;
    for (const outlet of this.#followers) outlet.followSpan(decoder);
  }

  #handOver(cursor: RingCursor): boolean {
    const { decoder } = cursor;
    const deliver = (decoder.flags & L.FLAG_DELIVER) !== 0;
    if (this.#promotion !== undefined) this.#promote(this.#promotion, cursor);
    if ((!deliver && decoder.level < this.#lowestOwn) || decoder.isSilent) return false;
    this.#current.set(cursor);
    let taken = false;
    for (const outlet of this.outlets) {
      if (!isFor(outlet, decoder)) continue;
      outlet.take(this.#current);
      taken = true;
    }
    if (taken) this.delivered++;
    return taken;
  }

  /** Keeps the record for its trace; delivers the trace's story where this record says that it ended badly. */
  #promote(promotion: Promotion, cursor: RingCursor): void {
    const isWanted = this.outlets.some((outlet) => lacks(outlet, cursor.decoder));
    const story = promotion.see(cursor, isWanted);
    if (story === undefined) return;
    tellStory(story.chunks, (source) => {
      this.#current.set(source);
      for (const outlet of this.outlets) if (lacks(outlet, source.decoder)) outlet.take(this.#current);
      this.#promoted++;
      this.delivered++;
    });
    if (story.missing > 0 || story.isLapped) this.#tellIncomplete(story);
  }

  #tellIncomplete({ traceId, missing, isLapped }: Story): void {
    const fields = [
      { key: 'trace_id', value: traceId },
      { key: 'missing', value: missing },
      { key: 'overwritten', value: isLapped },
    ];
    this.tell(metaRecord({ level: LogLevel.Warn, message: 'A promoted story is incomplete', fields }));
  }

  /** Tells writers how far everything owed has been handed over; not while a sink still holds some of it. */
  #publish(): void {
    if (this.outlets.some(isHolding)) return;
    for (const cursor of this.#cursors) cursor.handOver();
    Atomics.add(this.#setup.control, L.CONTROL_PROGRESS, 1);
  }

  #followClock(): void {
    const now = performance.now();
    if (now - this.#clockLookedAt < CLOCK_LOOK_MS) return;
    this.#clockLookedAt = now;
    this.#settlePromotion();
    for (const cursor of this.#cursors) cursor.followClock();
  }

  #settlePromotion(): void {
    const promotion = this.#promotion;
    if (promotion === undefined) return;
    promotion.forgetEnded();
    const suppressed = promotion.suppressed - this.#suppressedTold;
    if (suppressed === 0) return;
    this.#suppressedTold = promotion.suppressed;
    const fields = [{ key: 'traces', value: suppressed }];
    const message = 'Traces that ended badly were not promoted: there were too many a second';
    this.tell(metaRecord({ level: LogLevel.Warn, message, fields }));
  }

  #reportLosses(): void {
    for (const cursor of this.#cursors) {
      const loss = cursor.takeLoss();
      if (loss === undefined) continue;
      if (loss.owed)
        this.#tellLoss('Records were overwritten before they could be delivered', loss.overwritten, cursor.threadId);
      this.#tellLoss('Records could not be written', loss.dropped, cursor.threadId);
      this.#tellLoss('Records could not be read', loss.damaged, cursor.threadId);
    }
  }

  #tellLoss(message: string, lost: number, threadId: number): void {
    if (!(lost > 0)) return;
    const fields = [
      { key: 'lost', value: lost },
      { key: 'thread_id', value: threadId },
    ];
    this.tellSurely({ level: LogLevel.Warn, message, fields, threadId });
  }

  /** What a sink missed is told once it takes records again. */
  #reportMissed(): void {
    for (const outlet of this.outlets) if (!outlet.isSuspended) this.#tellMissed(outlet);
  }

  #tellMissed(outlet: Outlet, isLast = false): void {
    const missed = outlet.takeMissed(isLast);
    if (missed === 0) return;
    const fields = [
      { key: 'sink', value: outlet.name },
      { key: 'lost', value: missed },
    ];
    const meta: MetaMessage = { level: LogLevel.Warn, message: 'A sink missed records', fields };
    const isToldThere = this.#setup.tellOthers?.(meta) ?? false;
    if (isToldThere) this.tell(metaRecord(meta));
    else this.tellSurely(meta);
  }

  /** Closes the sinks of one that has read in another's place: what they missed so far is told to those that take it. */
  end(): void {
    for (const outlet of this.outlets) this.#tellMissed(outlet, true);
    for (const outlet of this.outlets) void outlet.close();
  }

  #dropFinished(): void {
    if (!this.#cursors.some((cursor) => cursor.isFinished)) return;
    const finished = this.#cursors.filter((cursor) => cursor.isFinished);
    this.#cursors = this.#cursors.filter((cursor) => !finished.includes(cursor));
    for (const cursor of finished) {
      this.#lapped += cursor.lapped;
      cursor.handOver();
      cursor.block.detach();
    }
  }
}

/**
 * What all rings hold now is merged before anything newer is looked at: between threads the order is that of time, but for records
 * that are published while the window is opened.
 */
function openWindow(cursors: readonly RingCursor[]): RingCursor | undefined {
  for (const cursor of cursors) cursor.openWindow();
  for (const cursor of cursors) if (!cursor.hasRecord) cursor.next();
  return earliest(cursors);
}

/** The cursor whose record is the oldest of the window. */
function earliest(cursors: readonly RingCursor[]): RingCursor | undefined {
  let first: RingCursor | undefined;
  let firstMs = Infinity;
  for (const cursor of cursors) {
    if (!cursor.isInWindow) continue;
    const ms = cursor.decoder.timeMs;
    if (first !== undefined && ms >= firstMs) continue;
    first = cursor;
    firstMs = ms;
  }
  return first;
}

/** Whether an outlet gets the record that a decoder stands on, as things are. */
function isFor({ level, kinds }: Outlet, decoder: SegmentDecoder): boolean {
  if ((kinds & (1 << decoder.kind)) === 0) return false;
  return level === undefined ? (decoder.flags & L.FLAG_DELIVER) !== 0 : decoder.level >= level;
}

/** Whether an outlet would take the record that a decoder stands on, and does not get it. */
function lacks(outlet: Outlet, decoder: SegmentDecoder): boolean {
  return (outlet.kinds & (1 << decoder.kind)) !== 0 && !isFor(outlet, decoder);
}

/** Holds records that it could not hand over, and is still waited for. */
function isHolding(outlet: Outlet): boolean {
  return outlet.isBlocked && !outlet.isSuspended;
}

function canHear(outlet: Outlet): boolean {
  return !outlet.isBlocked && !outlet.isSuspended;
}

/** A failure of the only sink has nowhere else to go. */
function lastResort(text: string): void {
  try {
    writeSync(2, `ttlog: a sink failed: ${printable(text)}\n`);
  } catch {
    // nobody listens at all
  }
}
