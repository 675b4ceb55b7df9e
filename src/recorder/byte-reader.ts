import * as L from '../core/layout.js';
import type { ByteWriter } from './byte-writer.js';

/** Thrown inside the decoder where bytes make no sense; whoever reads a record catches it, counts it and goes on. */
class DamagedBytes extends Error {
  override name = 'DamagedBytes';
}

/** One instance: damage may come a million times, and nobody reads its stack. */
const DAMAGED = new DamagedBytes('The bytes are no record of a ring.');

export function damaged(): never {
  throw DAMAGED;
}

/** Buffer's own decoders, without the look-up of an encoding's name that `toString` starts with. */
export interface SliceableBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  hexSlice(start: number, end: number): string;
}

/** The texts of a dictionary, by id. */
export interface TextTable {
  text(id: number): string | undefined;
  /** Appends one as JSON. Throws DamagedBytes where there is none. */
  writeJson(id: number, out: ByteWriter): void;
}

const NO_TEXTS: TextTable = { text: () => undefined, writeJson: () => damaged() };

/** Errors hold errors hold objects: deeper than any writer goes, and far from the stack's limit. */
const MAX_DEPTH = 160;

/**
 * Reads values one after the other, never outside [p, end). It trusts no length: whatever the bytes say, it either advances
 * within its limits or throws DamagedBytes.
 */
export class ByteReader {
  readonly u8: SliceableBuffer;
  readonly dv: DataView;
  /** The next byte. */
  p = 0;
  /** Behind the last byte that may be read. */
  end = 0;
  /** What references to texts mean. */
  readonly texts: TextTable;

  constructor(bytes: Uint8Array, texts: TextTable = NO_TEXTS) {
    this.texts = texts;
    this.u8 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as SliceableBuffer;
    this.dv = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  need(bytes: number): void {
    if (this.p + bytes > this.end) damaged();
  }

  /** The tag of the next value, which stays the next value. */
  peekTag(): number {
    if (this.p >= this.end) damaged();
    return this.u8[this.p];
  }

  u16(): number {
    this.need(2);
    this.p += 2;
    return this.dv.getUint16(this.p - 2, true);
  }

  i32(): number {
    this.need(4);
    this.p += 4;
    return this.dv.getInt32(this.p - 4, true);
  }

  u32(): number {
    this.need(4);
    this.p += 4;
    return this.dv.getUint32(this.p - 4, true);
  }

  f64(): number {
    this.need(8);
    this.p += 8;
    return this.dv.getFloat64(this.p - 8, true);
  }

  i64(): bigint {
    this.need(8);
    this.p += 8;
    return this.dv.getBigInt64(this.p - 8, true);
  }

  /** A count of things of which each takes at least `leastBytes`: more than the rest of the bytes can hold is damage. */
  count(leastBytes: number): number {
    const count = this.u32();
    if (count * leastBytes > this.end - this.p) damaged();
    return count;
  }

  /**
   * Enters a string value: afterwards `p` is at its first byte, and the result is its length in bytes. `isLatin1` says how to
   * read it.
   */
  enterString(tag: number): number {
    let length: number;
    if (tag === L.TAG_LATIN1_SHORT || tag === L.TAG_UTF8_SHORT) {
      this.need(2);
      length = this.u8[this.p + 1]!;
      this.p += 2;
    } else if (tag === L.TAG_UTF8) {
      this.p += 1;
      length = this.u32();
    } else {
      return damaged();
    }
    if (length > this.end - this.p) damaged();
    return length;
  }

  string(): string {
    const tag = this.peekTag();
    const length = this.enterString(tag);
    const start = this.p;
    this.p = start + length;
    return tag === L.TAG_LATIN1_SHORT ? this.u8.latin1Slice(start, this.p) : this.u8.utf8Slice(start, this.p);
  }

  stringOrNull(): string | null {
    if (this.peekTag() !== L.TAG_NULL) return this.string();
    this.p += 1;
    return null;
  }

  /** Steps over one value. */
  skip(depth = 0): void {
    const tag = this.peekTag();
    switch (tag) {
      case L.TAG_UNDEFINED:
      case L.TAG_NULL:
      case L.TAG_FALSE:
      case L.TAG_TRUE:
        this.p += 1;
        return;
      case L.TAG_INT32:
      case L.TAG_TEXT:
        return this.skipBytes(5);
      case L.TAG_FLOAT64:
      case L.TAG_BIGINT64:
      case L.TAG_DATE:
        return this.skipBytes(9);
      case L.TAG_LATIN1_SHORT:
      case L.TAG_UTF8_SHORT:
      case L.TAG_UTF8:
        return this.#skipString();
      case L.TAG_BIGINT_TEXT:
      case L.TAG_INSPECT:
        this.p += 1;
        return this.#skipString();
      case L.TAG_BYTES: {
        this.p += 1;
        this.u32();
        const length = this.count(1);
        this.p += length;
        return;
      }
      default:
        this.#skipNested(tag, depth);
    }
  }

  skipBytes(bytes: number): void {
    this.need(bytes);
    this.p += bytes;
  }

  /** Enters an object, array, map, set or error: the number of values in it, names included. */
  enterNested(tag: number, depth: number): number {
    if (depth >= MAX_DEPTH) damaged();
    const paired = tag === L.TAG_OBJECT || tag === L.TAG_MAP || tag === L.TAG_ERROR;
    if (!paired && tag !== L.TAG_ARRAY && tag !== L.TAG_SET) damaged();
    this.p += 1;
    return paired ? this.count(2) * 2 : this.count(1);
  }

  #skipString(): void {
    const length = this.enterString(this.peekTag());
    this.p += length;
  }

  #skipNested(tag: number, depth: number): void {
    const values = this.enterNested(tag, depth);
    for (let i = 0; i < values; i++) this.skip(depth + 1);
  }
}
