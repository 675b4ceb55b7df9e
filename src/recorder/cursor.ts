import type { Filter } from '../core/filter.js';
import { resolveFilter } from '../core/filter.js';
import * as L from '../core/layout.js';
import { SegmentDecoder } from './decoder.js';
import { Dictionary } from './dictionary.js';
import { LineEncoder } from './encode-line.js';
import type { LineFormat } from './line-format.js';
import { attachReader, ReaderBlock, recordsBefore } from './reader-block.js';
import type { RingView } from './ring-view.js';
import {
  oldestSegment,
  publishedBytes,
  reanchor,
  ringBytes,
  segmentClock,
  segmentStart,
  viewRing,
} from './ring-view.js';

/** Records from before `init()`, whose FLAG_DELIVER was set by a filter that nobody had chosen. */
export interface Rejudge {
  /** Up to this position, in 8-byte words (low 32 bits). */
  readonly untilWords: number;
  readonly filter: Filter;
}

export interface CursorOptions {
  /** Which reader's block it keeps: READER_THREAD, READER_LOCAL. */
  readonly reader: number;
  readonly service: string;
  readonly rejudge: Rejudge | undefined;
}

/** What `takeLoss` reports. */
export interface Loss {
  /** Records that were overwritten before they had been read. */
  readonly overwritten: number;
  /** True where a writer gave up waiting: some of them were owed to a sink. */
  readonly owed: boolean;
  /** Records that the writer could not write at all. */
  readonly dropped: number;
  /** Records that made no sense. */
  readonly damaged: number;
}

/**
 * Follows one live ring in order. Bytes are copied out of the ring before they are decoded, and the copy counts only if the writer
 * had not come round meanwhile (it says so in SEGMENT_I32 before it touches a byte). A cursor that was lapped goes on at the oldest
 * segment that is whole, and knows how many records it lost.
 */
export class RingCursor {
  readonly decoder: SegmentDecoder;
  readonly block: ReaderBlock;
  /** One for each format that somebody wants lines in. */
  readonly #encoders: LineEncoder[] = [];
  readonly #formats: LineFormat[] = [];
  /** True while `decoder` stands on a record. */
  hasRecord = false;
  lapped = 0;
  /** Set where records were lost; who wants to know takes it back. */
  hasLapped = false;
  readonly #ring: RingView;
  readonly #dictionary: Dictionary;
  readonly #copy: Uint8Array;
  readonly #copyView: DataView;
  readonly #rejudge: Rejudge | undefined;
  readonly #segmentWords: number;
  /** Number of the segment that is being read, and how many of its bytes have been copied. */
  #number: number;
  #copied = 0;
  /** Records up to here were handed over by an earlier cursor; positions are low halves. */
  #skipUntil: number;
  #skipping: boolean;
  /** Records of the ring up to the segment's first. */
  #recordsBefore: number;
  #lost = 0;
  /** Some of those were owed. */
  #lostOwed = false;
  /** Where it stood when it was lapped last. */
  #lostFrom: number;
  /** Position up to which records are merged with those of other rings. */
  #windowEnd = 0;
  /** Records of the ring that came before those that are read here. */
  readonly #handedBefore: number;
  #damagedSeen = 0;

  constructor(buffer: SharedArrayBuffer, { reader, service, rejudge }: CursorOptions) {
    this.#ring = viewRing(ringBytes(buffer));
    this.block = new ReaderBlock(this.#ring.i32, reader);
    this.#segmentWords = this.#ring.segmentBytes >> 3;
    this.#copy = new Uint8Array(this.#ring.segmentBytes);
    this.#copyView = new DataView(this.#copy.buffer);
    this.#dictionary = new Dictionary(service);
    this.decoder = new SegmentDecoder(this.#copy, this.#dictionary, this.#ring.threadId);
    this.#rejudge = rejudge;
    attachReader(this.#ring, reader);
    this.#handedBefore = this.block.records;
    this.#skipUntil = this.block.delivered;
    this.#lostFrom = this.#skipUntil;
    this.#skipping = true;
    this.#number = segmentOf(this.#ring, this.#skipUntil);
    // Where that has been taken already, all that the earlier one has not handed over is lost.
    this.#recordsBefore = recordsBefore(this.#ring, this.#number) ?? this.#handedBefore;
  }

  /** Steps to the next record, loading more of the ring where needed. False when everything published has been read. */
  next(): boolean {
    for (;;) {
      while (this.decoder.next()) {
        if (this.#skipping && !this.#isNew()) continue;
        if (this.#rejudge !== undefined) this.#judge(this.#rejudge);
        this.hasRecord = true;
        return true;
      }
      this.hasRecord = false;
      if (!this.#load()) return false;
    }
  }

  /** Renders the records of this ring as lines. */
  encoder(format: LineFormat): LineEncoder {
    const formats = this.#formats;
    for (let i = 0; i < formats.length; i++) if (formats[i] === format) return this.#encoders[i];
    const encoder = new LineEncoder(this.formatOf(format), this.decoder);
    formats.push(format);
    this.#encoders.push(encoder);
    return encoder;
  }

  /** The format for the process that wrote the ring: a dead one may have left it. */
  formatOf(format: LineFormat): LineFormat {
    const { pid } = this.#ring;
    return pid === process.pid || pid === 0 ? format : format.ofProcess(pid);
  }

  /** The position behind the last record that is done with: where an heir would go on. */
  get position(): number {
    if (this.#copied === 0) return this.#skipping ? this.#skipUntil : Math.imul(this.#number, this.#segmentWords);
    const end = this.hasRecord ? this.decoder.at : this.decoder.recordEnd;
    const words = (Math.imul(this.#number, this.#segmentWords) + (end >> 3)) | 0;
    return this.#skipping && ((this.#skipUntil - words) | 0) > 0 ? this.#skipUntil : words;
  }

  /** Says how far everything has been handed over: where an heir would go on, and how many records came before. */
  handOver(): void {
    this.block.records = this.#skipping ? this.#handedBefore : this.#recordsRead - (this.hasRecord ? 1 : 0);
    this.block.delivered = this.position;
  }

  /** Records that have been overwritten while nobody stepped on: a sink that is stuck does not hide what it loses. */
  get overwritten(): number {
    const current = Atomics.load(this.#ring.i32, L.SEGMENT_I32) >>> 0;
    if ((current - this.#number) >>> 0 < this.#ring.segmentCount) return 0;
    const before = recordsBefore(this.#ring, oldestSegment(this.#ring, current)) ?? 0;
    return Math.max(0, before - this.#recordsRead);
  }

  /** Records of the ring up to where `decoder` stands, the one that it stands on included. */
  get #recordsRead(): number {
    return this.#recordsBefore + (this.#copied === 0 ? 0 : this.decoder.records);
  }

  /** The position of the record that `decoder` stands on. */
  get words(): number {
    return (Math.imul(this.#number, this.#segmentWords) + (this.decoder.at >> 3)) | 0;
  }

  /** Position up to which the spans of the ring have been counted. A plain store: only who reads looks. */
  get counted(): number {
    return this.#ring.i32[L.COUNTED_I32];
  }

  set counted(words: number) {
    this.#ring.i32[L.COUNTED_I32] = words;
  }

  /** What is merged next is everything that is published now. */
  openWindow(): void {
    this.#windowEnd = Atomics.load(this.#ring.i32, L.PUBLISHED_I32);
  }

  /** True while `decoder` stands on a record of the window. */
  get isInWindow(): boolean {
    if (!this.hasRecord) return false;
    return ((this.words - this.#windowEnd) | 0) < 0;
  }

  /** True where the writer has published more than has been read. */
  get isBehind(): boolean {
    return this.hasRecord || ((Atomics.load(this.#ring.i32, L.PUBLISHED_I32) - this.position) | 0) > 0;
  }

  /** True once the writer will write no more and everything has been read. */
  get isFinished(): boolean {
    return Atomics.load(this.#ring.i32, L.CLOSED_I32) === 1 && !this.isBehind;
  }

  /** The position up to which records are whole now. */
  get published(): number {
    return Atomics.load(this.#ring.i32, L.PUBLISHED_I32);
  }

  get threadId(): number {
    return this.#ring.threadId;
  }

  /** False for the ring of a process that has died. */
  get isOfThisProcess(): boolean {
    return this.#ring.pid === process.pid || this.#ring.pid === 0;
  }

  get memory(): SharedArrayBuffer {
    return this.#ring.bytes.buffer as SharedArrayBuffer;
  }

  /** Looks whether the wall clock has been set; what has been published so far keeps its times. */
  followClock(): void {
    if (this.isBehind) return;
    const clock = reanchor(this.#ring);
    // From here on the segment's times mean something else.
    if (clock !== undefined) this.decoder.clock = clock;
  }

  /** What was lost since the last call; undefined where nothing was. */
  takeLoss(): Loss | undefined {
    const dropped = this.#ring.dv.getFloat64(L.DROPPED_F64 * 8, true) | 0;
    const loss = {
      overwritten: this.#lost,
      owed: this.#lostOwed,
      dropped: (dropped - this.block.droppedTold) | 0,
      damaged: this.decoder.damagedRecords - this.#damagedSeen,
    };
    if (loss.overwritten === 0 && loss.damaged === 0 && !(loss.dropped > 0)) return undefined;
    this.#lost = 0;
    this.#lostOwed = false;
    this.block.droppedTold = dropped;
    this.#damagedSeen += loss.damaged;
    return loss;
  }

  /** Copies what is new of this segment, or of the next. False where nothing is. */
  #load(): boolean {
    const { i32, segmentBytes, segmentCount } = this.#ring;
    for (;;) {
      const current = Atomics.load(i32, L.SEGMENT_I32) >>> 0;
      const age = (current - this.#number) >>> 0;
      if (age >= segmentCount) {
        // Overwritten before a byte of it was read here.
        if (this.#skipping && this.#copied === 0) this.#recordsBefore = this.#handedBefore;
        this.#lostFrom = this.position;
        this.#enter(oldestSegment(this.#ring, current));
        continue;
      }
      const published = Atomics.load(i32, L.PUBLISHED_I32);
      const bytes = age > 0 ? segmentBytes : publishedBytes(this.#ring, this.#number, published);
      if (bytes > this.#copied) {
        if (this.#copyTo(bytes)) return true;
        continue;
      }
      if (age === 0) return false;
      this.#enter((this.#number + 1) >>> 0);
    }
  }

  /** Leaves this segment for another one, of which nothing has been copied yet. */
  #enter(number: number): void {
    this.#recordsBefore = this.#recordsRead;
    this.#number = number;
    this.#copied = 0;
  }

  /** False where the writer took the segment meanwhile. */
  #copyTo(bytes: number): boolean {
    const ring = this.#ring;
    const start = segmentStart(ring, this.#number);
    const from = this.#copied;
    this.#copy.set(ring.bytes.subarray(start + from, start + bytes), from);
    const current = Atomics.load(ring.i32, L.SEGMENT_I32) >>> 0;
    if ((current - this.#number) >>> 0 >= ring.segmentCount) return false;
    this.#dictionary.grow(ring.dictionary, Atomics.load(ring.i32, L.DICTIONARY_LENGTH_I32));
    this.#copied = bytes;
    if (from === 0) this.#begin(bytes);
    else this.decoder.extend(bytes);
    return true;
  }

  #begin(bytes: number): void {
    const before = this.#copyView.getFloat64(L.SEGMENT_FIRST_RECORD_OFFSET, true);
    const missing = before - this.#recordsBefore;
    if (missing > 0) {
      this.#lost += missing;
      if (this.block.hasOverrun(this.#lostFrom)) this.#lostOwed = true;
      this.lapped += missing;
      this.hasLapped = true;
    }
    this.#recordsBefore = before;
    this.decoder.begin(0, bytes, segmentClock(this.#ring, 0, this.#copyView));
  }

  /** False for a record that an earlier cursor has handed over. */
  #isNew(): boolean {
    if (((this.#skipUntil - this.words) | 0) > 0) return false;
    this.#skipping = false;
    return true;
  }

  #judge({ untilWords, filter }: Rejudge): void {
    const { decoder } = this;
    if (((this.words - untilWords) | 0) >= 0) return;
    const target = decoder.target();
    const deliver = target !== undefined && decoder.level >= resolveFilter(filter, target);
    decoder.flags = deliver ? decoder.flags | L.FLAG_DELIVER : decoder.flags & ~L.FLAG_DELIVER;
  }
}

/** Number of the segment that a position (its low half) is in. */
function segmentOf(ring: RingView, words: number): number {
  const segmentWords = ring.segmentBytes >> 3;
  const current = Atomics.load(ring.i32, L.SEGMENT_I32) >>> 0;
  const back = (Math.imul(current, segmentWords) - words) | 0;
  return back <= 0 ? current : (current - Math.ceil(back / segmentWords)) >>> 0;
}
