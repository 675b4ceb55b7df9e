// What of a ring goes into a snapshot: its header, the used part of its dictionary, and every segment that is whole.
// Another thread may be writing the ring meanwhile: each segment is copied, and counts only if its number still holds.
import * as L from '../core/layout.js';

/** The used part of one segment. `bytes` is only good until the next one is asked for. */
export interface SegmentCopy {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Events, and beginnings and ends of spans; without copies of earlier ones. */
  readonly records: number;
}

/** A ring in memory, read without disturbing its writer. */
export class RingSource {
  readonly header: Uint8Array;
  readonly dictionary: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #i32: Int32Array;
  readonly #headerF64: Float64Array;
  readonly #dataStart: number;
  readonly #segmentBytes: number;
  readonly #segmentCount: number;
  readonly #newest: number;
  readonly #published: number;

  /** Throws a `RangeError` where the memory holds no ring. */
  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    // Views of fixed length, as the writer has them (layout.ts).
    this.#bytes = new Uint8Array(buffer, 0, buffer.byteLength);
    this.#i32 = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    const i32 = this.#i32;
    const capacityBytes = i32[L.CAPACITY_BYTES_I32];
    const dictionaryBytes = i32[L.DICTIONARY_BYTES_I32];
    this.#segmentBytes = i32[L.SEGMENT_BYTES_I32]!;
    this.#segmentCount = Math.floor(capacityBytes / this.#segmentBytes);
    this.#dataStart = L.HEADER_BYTES + dictionaryBytes;
    const whole = this.#dataStart + this.#segmentCount * this.#segmentBytes;
    if (
      i32[L.MAGIC_I32] !== L.RING_MAGIC ||
      !(this.#segmentBytes > L.SEGMENT_HEADER_BYTES) ||
      dictionaryBytes < 0 ||
      whole > buffer.byteLength
    ) {
      throw new RangeError(`Expected a ring of ${buffer.byteLength} bytes, found a header that does not fit it`);
    }
    // The newest position first: what is read after it is at least as new.
    this.#published = Atomics.load(i32, L.PUBLISHED_I32);
    this.#newest = Atomics.load(i32, L.SEGMENT_I32);
    const used = Math.min(Math.max(Atomics.load(i32, L.DICTIONARY_LENGTH_I32), 0), dictionaryBytes);
    this.header = this.#bytes.slice(0, L.HEADER_BYTES);
    this.dictionary = this.#bytes.slice(L.HEADER_BYTES, L.HEADER_BYTES + used);
    this.#headerF64 = new Float64Array(this.header.buffer);
  }

  /** Records written since the ring began. The header's count is brought up to date only now and then: count the newest segment. */
  get recorded(): number {
    const before = this.#recordsBefore(this.#newest);
    if (before === undefined) return this.#headerF64[L.RECORDS_F64];
    const from = this.#segmentStart(this.#newest);
    const segment = this.#bytes.subarray(from, from + this.#segmentBytes);
    return before + walkSegment(segment, this.#publishedBytes(this.#newest)).records;
  }

  get dropped(): number {
    return this.#headerF64[L.DROPPED_F64];
  }

  /** The whole segments, oldest first. All copies share one buffer: use each before asking for the next. */
  *segments(): Generator<SegmentCopy> {
    const first = Math.max(this.#i32[L.FIRST_SEGMENT_I32], this.#newest - this.#segmentCount + 1);
    const copy = new Uint8Array(this.#segmentBytes);
    for (let number = first; number <= this.#newest; number++) {
      const from = this.#segmentStart(number);
      copy.set(this.#bytes.subarray(from, from + this.#segmentBytes));
      if (Atomics.load(this.#i32, L.SEGMENT_I32) - number >= this.#segmentCount) continue; // overwritten meanwhile
      const view = new DataView(copy.buffer);
      if (view.getUint32(L.SEGMENT_MAGIC_OFFSET, true) !== L.SEGMENT_MAGIC) continue;
      const next = number < this.#newest ? this.#recordsBefore(number + 1) : undefined;
      if (next !== undefined) {
        yield { number, bytes: copy, records: next - view.getFloat64(L.SEGMENT_FIRST_RECORD_OFFSET, true) };
        continue;
      }
      const { end, records } = walkSegment(copy, this.#publishedBytes(number));
      if (end > L.SEGMENT_HEADER_BYTES) yield { number, bytes: copy.subarray(0, end), records };
    }
  }

  /** How many records there were before a segment. Counting them one by one takes longer than writing them to a file. */
  #recordsBefore(number: number): number | undefined {
    const view = new DataView(this.#bytes.buffer, this.#segmentStart(number), L.SEGMENT_HEADER_BYTES);
    const holds = view.getUint32(L.SEGMENT_NUMBER_OFFSET, true) === number;
    return holds ? view.getFloat64(L.SEGMENT_FIRST_RECORD_OFFSET, true) : undefined;
  }

  #segmentStart(number: number): number {
    return this.#dataStart + (number % this.#segmentCount) * this.#segmentBytes;
  }

  /** How many bytes of a segment held whole records when this was made. */
  #publishedBytes(number: number): number {
    const words = (this.#published - Math.imul(number, this.#segmentBytes >> 3)) | 0;
    return Math.min(Math.max(words, 0), this.#segmentBytes >> 3) << 3;
  }
}

/**
 * Goes from record to record up to the pad, the limit or the first word that is no record. A crash runs this once, uncompiled:
 * words of a Uint32Array cost an eighth of a DataView's then.
 */
export function walkSegment(segment: Uint8Array, limit: number): { end: number; records: number } {
  const words = new Uint32Array(segment.buffer, segment.byteOffset, segment.byteLength >> 2);
  const last = Math.min(limit, segment.byteLength);
  let at = L.SEGMENT_HEADER_BYTES;
  let records = 0;
  while (at + 8 <= last) {
    const word = words[at >> 2];
    const bytes = (word & 0xffff) << 3;
    const kind = (word >>> 16) & 0xff;
    if (bytes === 0 || kind === L.KIND_PAD || at + bytes > last) break;
    const isCopy = ((word >>> 24) & L.FLAG_REPEAT) !== 0;
    if (!isCopy && kind !== L.KIND_CONTEXT && kind !== L.KIND_BINDINGS) records++;
    at += bytes;
  }
  return { end: at, records };
}
