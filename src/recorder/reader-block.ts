import * as L from '../core/layout.js';
import type { RingView } from './ring-view.js';
import { oldestSegment, segmentStart } from './ring-view.js';

/** One reader's block in the header of a ring: what a writer and a reader say to each other. */
export class ReaderBlock {
  readonly i32: Int32Array;
  readonly #base: number;
  readonly #f64: Float64Array;

  constructor(i32: Int32Array, reader: number) {
    this.i32 = i32;
    this.#base = L.READER_I32 + reader * L.READER_STRIDE_I32;
    this.#f64 = new Float64Array(i32.buffer, i32.byteOffset + 4 * (this.#base + L.READER_RECORDS), 1);
  }

  /** From now on the writer waits for this reader. `words`: it starts at this position. */
  attach(words: number): void {
    Atomics.store(this.i32, this.#base + L.READER_DELIVERED, words);
    Atomics.store(this.i32, this.#base + L.READER_ATTACHED, 1);
  }

  detach(): void {
    Atomics.store(this.i32, this.#base + L.READER_ATTACHED, 0);
    Atomics.notify(this.i32, this.#base + L.READER_DELIVERED);
  }

  /** Becomes who reads: true once for each number that `newReader` gave. */
  adopt(reader: number): boolean {
    return Atomics.exchange(this.i32, this.#base + L.READER_ADOPTED, reader) !== reader;
  }

  /** True where it has ever been read. */
  get wasAdopted(): boolean {
    return Atomics.load(this.i32, this.#base + L.READER_ADOPTED) !== 0;
  }

  get isAttached(): boolean {
    return Atomics.load(this.i32, this.#base + L.READER_ATTACHED) === 1;
  }

  /** Low 32 bits of the position up to which everything owed has been handed over, in 8-byte words. */
  get delivered(): number {
    return Atomics.load(this.i32, this.#base + L.READER_DELIVERED);
  }

  set delivered(words: number) {
    if (Atomics.exchange(this.i32, this.#base + L.READER_DELIVERED, words | 0) === (words | 0)) return;
    Atomics.notify(this.i32, this.#base + L.READER_DELIVERED);
  }

  /** How many records of the ring came before `delivered`. */
  get records(): number {
    return this.#f64[0];
  }

  set records(count: number) {
    this.#f64[0] = count;
  }

  /** Dropped records that have been told. */
  get droppedTold(): number {
    return this.i32[this.#base + L.READER_DROPPED_TOLD];
  }

  set droppedTold(count: number) {
    this.i32[this.#base + L.READER_DROPPED_TOLD] = count;
  }

  /** True where everything up to `words` has been handed over. */
  hasDelivered(words: number): boolean {
    return ((words - this.delivered) | 0) <= 0;
  }

  /** Waits until `delivered` is another than `seen`, `ms` at most. */
  wait(seen: number, ms: number): void {
    Atomics.wait(this.i32, this.#base + L.READER_DELIVERED, seen, ms);
  }

  /** The writer takes the space of records up to `words` that are owed. */
  noteOverrun(words: number): void {
    Atomics.store(this.i32, this.#base + L.READER_OVERRUN, words | 0 || 1);
  }

  /** True where owed records behind `words` have been overwritten. */
  hasOverrun(words: number): boolean {
    const overrun = Atomics.load(this.i32, this.#base + L.READER_OVERRUN);
    return overrun !== 0 && ((overrun - words) | 0) > 0;
  }
}

/** A number for somebody who begins to read rings; see `ReaderBlock.adopt`. */
export function newReader(control: Int32Array): number {
  return Atomics.add(control, L.CONTROL_ADOPTIONS, 1) + 1;
}

/** From now on the writer of a ring waits for this reader, which will start at the oldest record that nobody has read. */
export function attachReader(ring: RingView, reader: number): void {
  const block = new ReaderBlock(ring.i32, reader);
  if (block.isAttached) return;
  // Somebody has read it before: what he had handed over is not handed over again.
  if (block.wasAdopted) return block.attach(block.delivered);
  for (;;) {
    const oldest = oldestSegment(ring, Atomics.load(ring.i32, L.SEGMENT_I32) >>> 0);
    const before = recordsBefore(ring, oldest);
    if (before === undefined) continue;
    block.records = before;
    return block.attach(Math.imul(oldest, ring.segmentBytes >> 3));
  }
}

/** How many records came before a segment; undefined where that has been taken already. */
export function recordsBefore(ring: RingView, number: number): number | undefined {
  const before = ring.dv.getFloat64(segmentStart(ring, number) + L.SEGMENT_FIRST_RECORD_OFFSET, true);
  const current = Atomics.load(ring.i32, L.SEGMENT_I32) >>> 0;
  return (current - number) >>> 0 < ring.segmentCount ? before : undefined;
}
