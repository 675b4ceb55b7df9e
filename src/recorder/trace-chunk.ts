// Hot on the recorder thread: the records of one trace that one ring has had, as bytes that explain themselves, like a segment of a ring.
import * as L from '../core/layout.js';
import type { SegmentDecoder } from './decoder.js';
import type { SegmentClock } from './ring-view.js';

const FIRST_BYTES = 2048;

/**
 * Copies of records and of what they refer to. A context, span or bindings is copied before the first record that refers to it, and again
 * when the ring has a newer copy, so a `SegmentDecoder` reads the chunk as it reads a segment.
 */
export class TraceChunk {
  #bytes = new Uint8Array(FIRST_BYTES);
  #u32 = new Uint32Array(this.#bytes.buffer);
  #words = L.SEGMENT_HEADER_BYTES >> 2;
  /** By id: which copy of it is here. */
  readonly #copies = new Map<number, number>();
  records = 0;
  clock: SegmentClock | undefined;

  /** Bytes of memory. */
  get capacityBytes(): number {
    return this.#bytes.length;
  }

  get usedBytes(): number {
    return this.#words << 2;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.usedBytes);
  }

  /** Takes a copy of the decoder's current record. */
  add(decoder: SegmentDecoder): void {
    this.clock = decoder.clock;
    const context = decoder.header(L.RECORD_CONTEXT_OFFSET);
    if (context !== 0) this.#addReferred(decoder, context, decoder.layerOffset(context));
    if ((decoder.flags & L.FLAG_BINDINGS) !== 0) {
      const bindings = decoder.header(L.RECORD_BINDINGS_OFFSET);
      this.#addReferred(decoder, bindings, decoder.layerOffset(bindings));
    }
    if (decoder.kind !== L.KIND_SPAN_START) this.#addSpan(decoder);
    // The filter may have judged it anew.
    this.#copy(decoder.u32, decoder.at, decoder.flags);
    this.records++;
  }

  #addSpan(decoder: SegmentDecoder): void {
    const at = this.#words << 2;
    this.#addReferred(decoder, decoder.header(L.RECORD_SPAN_OFFSET), decoder.spanOffset);
    // Its end is not among what is copied here.
    const isLate = decoder.kind !== L.KIND_SPAN_END && decoder.isSpanBehind;
    if (isLate && this.#words << 2 > at) this.#bytes[at + L.SPAN_KIND_OFFSET] |= L.SPAN_OUTLIVED_BIT;
  }

  #addReferred(decoder: SegmentDecoder, id: number, at: number): void {
    if (at < 0) return;
    const copy = decoder.segments * 0x1_0000_0000 + at;
    if (this.#copies.get(id) === copy) return;
    this.#copies.set(id, copy);
    this.#copy(decoder.u32, at, (decoder.u32[at >> 2] >>> 24) | L.FLAG_REPEAT);
  }

  /** Loops over words: for records of 40 to 200 bytes that beats `set(subarray())`. */
  #copy(from: Uint32Array, at: number, flags: number): void {
    const start = at >> 2;
    const word = from[start];
    const words = (word & 0xffff) << 1;
    if (this.#words + words > this.#u32.length) this.#grow(words);
    const to = this.#u32;
    const p = this.#words;
    to[p] = ((word & 0x00ff_ffff) | (flags << 24)) >>> 0;
    for (let i = 1; i < words; i++) to[p + i] = from[start + i];
    this.#words = p + words;
  }

  #grow(words: number): void {
    let bytes = this.#bytes.length * 2;
    while (bytes < (this.#words + words) << 2) bytes *= 2;
    const larger = new Uint8Array(bytes);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#u32 = new Uint32Array(larger.buffer);
  }
}
