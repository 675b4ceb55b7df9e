// Hot on the recorder thread: text as UTF-8 bytes, into one buffer that is used again and again. No string, no object per line.
import type { SliceableBuffer } from './byte-reader.js';

/** Copies go eight bytes at a time and may touch this much behind their end. */
const SLACK_BYTES = 8;
/** Up to here a loop over charCodeAt beats a call into the platform. */
const SHORT_TEXT = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = Buffer.from('0123456789abcdef');
/** The byte behind the backslash, for those that have a short escape; 0 for the others. */
const SHORT_ESCAPES = new Uint8Array(256);
Buffer.from('\b\t\n\f\r"\\').forEach((byte, i) => (SHORT_ESCAPES[byte] = 'btnfr"\\'.charCodeAt(i)));

interface WritableBuffer extends SliceableBuffer {
  utf8Write(text: string, offset: number, length: number): number;
}

/**
 * Appends text to a buffer that grows where it must. Rendering a line by joining strings took 240 ns and left garbage, copying its
 * bytes one by one 560 ns; constant parts copied eight bytes at a time, and digits and short strings by loops, take 60.
 */
export class ByteWriter {
  u8: SliceableBuffer;
  /** Where the next byte goes: what has been written is `u8[0 … p)`. */
  p = 0;
  #dv: DataView;
  /** Up to here may be written without asking. */
  #limit: number;

  constructor(capacityBytes: number) {
    this.u8 = Buffer.allocUnsafeSlow(capacityBytes + SLACK_BYTES) as SliceableBuffer;
    this.#dv = new DataView(this.u8.buffer);
    this.#limit = capacityBytes;
  }

  get capacityBytes(): number {
    return this.#limit;
  }

  /** Bytes of another writer (or of this one). UTF-8 has no eight bytes that are a NaN, which alone might change on the way. */
  copy(from: ByteWriter, start: number, end: number): void {
    const length = end - start;
    this.need(length);
    const source = from.#dv;
    const target = this.#dv;
    const { p } = this;
    for (let i = 0; i < length; i += 8) target.setFloat64(p + i, source.getFloat64(start + i, true), true);
    this.p = p + length;
  }

  byte(value: number): void {
    this.need(1);
    this.u8[this.p++] = value;
  }

  /** Any text, as UTF-8. */
  text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT) return this.#longText(text);
    this.need(length);
    const { u8, p } = this;
    let bits = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      bits |= unit;
      u8[p + i] = unit;
    }
    if (bits < 0x80) this.p = p + length;
    else this.#longText(text);
  }

  /** Decimal digits of a whole number of 32 bits. */
  int(value: number): void {
    if (value >= 0) return this.#padded(value, digitsOf(value));
    if (value === -0x80000000) return this.text('-2147483648');
    this.byte(0x2d);
    this.#padded(-value, digitsOf(-value));
  }

  /** A number as `String(value)` has it. */
  number(value: number): void {
    const size = Math.abs(value);
    if (size < 1e9) {
      // A decimal of at most 15 digits that is this very double is its shortest text: no two of them are the same double.
      const millionths = Math.round(size * 1e6);
      if (millionths / 1e6 === size) return this.decimal(value < 0, millionths);
    } else if (size < 1e15 && Number.isInteger(size)) {
      if (value < 0) this.byte(0x2d);
      const high = Math.trunc(size / 1e9);
      this.int(high);
      this.#padded(size - high * 1e9, 9);
      return;
    }
    this.text(`${value}`);
  }

  /** `millionths / 1e6` without trailing zeros; a whole number below 1e15. */
  decimal(isNegative: boolean, millionths: number): void {
    if (isNegative && millionths !== 0) this.byte(0x2d);
    const whole = Math.trunc(millionths / 1e6);
    this.int(whole);
    // Below 2^31: a remainder of doubles would take 20 ns.
    let rest = (millionths - whole * 1e6) | 0;
    if (rest === 0) return;
    let digits = 6;
    while (rest % 10 === 0) {
      rest = (rest / 10) | 0;
      digits--;
    }
    this.byte(0x2e);
    this.#padded(rest, digits);
  }

  /** Bytes as hexadecimal digits. */
  hex(from: Uint8Array, start: number, end: number): void {
    this.need((end - start) * 2);
    const { u8 } = this;
    let { p } = this;
    for (let i = start; i < end; i++) {
      const byte = from[i];
      u8[p] = HEX[byte >> 4];
      u8[p + 1] = HEX[byte & 15];
      p += 2;
    }
    this.p = p;
  }

  /** `"…"`, where all bytes are ASCII that needs no escape. False, and nothing is written, where they are not. */
  plainJson(from: DataView, start: number, end: number): boolean {
    this.need(end - start + 2);
    const target = this.#dv;
    const { u8 } = this;
    let { p } = this;
    u8[p++] = QUOTE;
    let bits = 0;
    let i = start;
    // Four characters at once: in each byte of `bits` the highest bit tells of a control, a quote, a backslash, DEL or what is not ASCII.
    for (; i + 4 <= end; i += 4) {
      const word = from.getInt32(i, true);
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      bits |=
        ((word - 0x20202020) & ~word) |
        ((quote - 0x01010101) & ~quote) |
        ((backslash - 0x01010101) & ~backslash) |
        (word + 0x01010101) |
        word;
      target.setInt32(p, word, true);
      p += 4;
    }
    bits &= 0x80808080;
    for (; i < end; i++) {
      const byte = from.getUint8(i);
      bits |= ESCAPED[byte];
      u8[p++] = byte;
    }
    if (bits !== 0) return false;
    u8[p] = QUOTE;
    this.p = p + 1;
    return true;
  }

  /** `"…"` of latin1 bytes, escaped where JSON or a terminal needs it. */
  latin1Json(from: Uint8Array, start: number, end: number): void {
    this.need((end - start) * 6 + 2);
    const { u8 } = this;
    let { p } = this;
    u8[p++] = QUOTE;
    for (let i = start; i < end; i++) {
      const byte = from[i];
      if (ESCAPED[byte] === 0) u8[p++] = byte;
      else if (byte >= 0xa0) {
        u8[p] = 0xc0 | (byte >> 6);
        u8[p + 1] = 0x80 | (byte & 0x3f);
        p += 2;
      } else p = this.#escape(byte, p);
    }
    u8[p] = QUOTE;
    this.p = p + 1;
  }

  /** Makes room for `bytes` more. */
  need(bytes: number): void {
    if (this.p + bytes > this.#limit) this.#grow(bytes);
  }

  #escape(byte: number, p: number): number {
    const { u8 } = this;
    u8[p++] = BACKSLASH;
    const short = SHORT_ESCAPES[byte];
    if (short !== 0) {
      u8[p++] = short;
      return p;
    }
    u8[p] = 0x75; // u
    u8[p + 1] = 0x30;
    u8[p + 2] = 0x30;
    u8[p + 3] = HEX[byte >> 4];
    u8[p + 4] = HEX[byte & 15];
    return p + 5;
  }

  /** A whole number below 2^31 with zeros in front, `digits` long. */
  #padded(value: number, digits: number): void {
    this.need(digits);
    const { u8, p } = this;
    let left = value;
    for (let at = p + digits - 1; at >= p; at--) {
      const tenth = (left / 10) | 0;
      u8[at] = 0x30 + (left - tenth * 10);
      left = tenth;
    }
    this.p = p + digits;
  }

  #longText(text: string): void {
    const most = text.length * 3;
    this.need(most);
    this.p += (this.u8 as WritableBuffer).utf8Write(text, this.p, most);
  }

  #grow(bytes: number): void {
    const capacityBytes = Math.max(this.#limit * 2, this.p + bytes);
    const larger = Buffer.allocUnsafeSlow(capacityBytes + SLACK_BYTES) as SliceableBuffer;
    this.u8.copy(larger, 0, 0, this.p);
    this.u8 = larger;
    this.#dv = new DataView(larger.buffer);
    this.#limit = capacityBytes;
  }
}

/** Not 0 for a byte of latin1 text that is not ASCII, or that JSON or a terminal needs escaped. */
const ESCAPED = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH || byte >= 0x7f ? 0x80 : 0,
);

const POWERS = Int32Array.from({ length: 10 }, (_, i) => 10 ** i);

/** Of 0 to 2^31 - 1. A loop, because each branch of a tree is a deoptimisation when the first number comes that takes it. */
function digitsOf(value: number): number {
  let digits = 1;
  while (digits < 10 && value >= POWERS[digits]) digits++;
  return digits;
}
