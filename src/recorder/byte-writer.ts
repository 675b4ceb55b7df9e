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

  /**
   * `"…"` of UTF-8 or latin1, escaped where JSON or a terminal needs it. `from` and `view` are the same memory. False, and nothing is
   * written, where it is no UTF-8.
   */
  json(from: Uint8Array, view: DataView, start: number, end: number, isUtf8: boolean): boolean {
    const before = this.p;
    this.byte(QUOTE);
    this.need(end - start + 1);
    const rest = this.#copyPlain(from, view, start, end, this.p);
    this.p += rest - start;
    if (rest < end) {
      // The longest escape of a byte has six.
      this.need((end - rest) * 6 + 1);
      const p = isUtf8
        ? this.#utf8Rest(from, view, rest, end, this.p)
        : this.#latin1Rest(from, view, rest, end, this.p);
      this.p = p === 0 ? before : p;
      if (p === 0) return false;
    }
    this.byte(QUOTE);
    return true;
  }

  /** Makes room for `bytes` more. */
  need(bytes: number): void {
    if (this.p + bytes > this.#limit) this.#grow(bytes);
  }

  /** Copies characters that may stand as they are, four at once. Returns where the first one is that may not. */
  #copyPlain(from: Uint8Array, view: DataView, start: number, end: number, p: number): number {
    const target = this.#dv;
    let i = start;
    let to = p;
    for (; i + 4 <= end; i += 4) {
      // The highest bit of a byte tells of a control, a quote, a backslash, DEL or what is not ASCII.
      const word = view.getInt32(i, true);
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      const bits =
        ((word - 0x20202020) & ~word) |
        ((quote - 0x01010101) & ~quote) |
        ((backslash - 0x01010101) & ~backslash) |
        (word + 0x01010101) |
        word;
      if ((bits & 0x80808080) !== 0) break;
      target.setInt32(to, word, true);
      to += 4;
    }
    const { u8 } = this;
    for (; i < end; i++) {
      const byte = from[i];
      if (ESCAPED[byte] !== 0) break;
      u8[to++] = byte;
    }
    return i;
  }

  #latin1Rest(from: Uint8Array, view: DataView, start: number, end: number, p: number): number {
    const { u8 } = this;
    let to = p;
    for (let i = start; i < end;) {
      const byte = from[i];
      if (ESCAPED[byte] === 0) {
        const next = this.#copyPlain(from, view, i, end, to);
        to += next - i;
        i = next;
        continue;
      }
      i++;
      if (byte < 0xa0) to = this.#escape(byte, to);
      else {
        u8[to] = 0xc0 | (byte >> 6);
        u8[to + 1] = 0x80 | (byte & 0x3f);
        to += 2;
      }
    }
    return to;
  }

  /** 0 where it is no UTF-8. */
  #utf8Rest(from: Uint8Array, view: DataView, start: number, end: number, p: number): number {
    const { u8 } = this;
    let to = p;
    for (let i = start; i < end;) {
      const byte = from[i];
      if (ESCAPED[byte] === 0) {
        const next = this.#copyPlain(from, view, i, end, to);
        to += next - i;
        i = next;
        continue;
      }
      if (byte < 0x80) {
        to = this.#escape(byte, to);
        i++;
        continue;
      }
      // Most letters and ideographs: three bytes of which none has to be looked at closer.
      if (
        byte > 0xe2 &&
        byte < 0xf0 &&
        byte !== 0xed &&
        i + 3 <= end &&
        (from[i + 1] & from[i + 2] & 0xc0) === 0x80 &&
        ((from[i + 1] | from[i + 2]) & 0x40) === 0
      ) {
        u8[to] = byte;
        u8[to + 1] = from[i + 1];
        u8[to + 2] = from[i + 2];
        to += 3;
        i += 3;
        continue;
      }
      const length = sequenceLength(from, i, end);
      if (length === 0) return 0;
      const unsafe = length === 4 ? 0 : unsafeUnit(from, i, length);
      if (unsafe !== 0) to = this.#escapeUnit(unsafe, to);
      else for (let k = 0; k < length; k++) u8[to++] = from[i + k];
      i += length;
    }
    return to;
  }

  #escape(byte: number, p: number): number {
    const { u8 } = this;
    u8[p++] = BACKSLASH;
    const short = SHORT_ESCAPES[byte];
    if (short !== 0) {
      u8[p++] = short;
      return p;
    }
    return this.#escapeUnit(byte, p - 1);
  }

  #escapeUnit(unit: number, p: number): number {
    const { u8 } = this;
    u8[p] = BACKSLASH;
    u8[p + 1] = 0x75; // u
    u8[p + 2] = HEX[unit >> 12];
    u8[p + 3] = HEX[(unit >> 8) & 15];
    u8[p + 4] = HEX[(unit >> 4) & 15];
    u8[p + 5] = HEX[unit & 15];
    return p + 6;
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

/** Bytes of the character at `i`, of which the first is not ASCII; 0 where it is none. */
function sequenceLength(from: Uint8Array, i: number, end: number): number {
  const lead = from[i];
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > end) return 0;
  const second = from[i + 1];
  // No longer than need be, no halves of surrogate pairs, nothing beyond Unicode.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let k = 2; k < length; k++) if ((from[i + k] & 0xc0) !== 0x80) return 0;
  return length;
}

/** What escape.ts escapes besides ASCII: controls, line separators, marks that turn the direction of writing. 0 for all else. */
function unsafeUnit(from: Uint8Array, i: number, length: number): number {
  const lead = from[i];
  const second = from[i + 1];
  if (length === 2)
    return (lead === 0xc2 && second < 0xa0) || (lead === 0xd8 && second === 0x9c)
      ? ((lead & 0x1f) << 6) | (second & 0x3f)
      : 0;
  if (lead !== 0xe2 || second > 0x81) return 0;
  const low = from[i + 2];
  const isUnsafe =
    second === 0x80 ? low === 0x8e || low === 0x8f || (low >= 0xa8 && low <= 0xae) : low >= 0xa6 && low <= 0xa9;
  return isUnsafe ? 0x2000 | ((second & 0x3f) << 6) | (low & 0x3f) : 0;
}

const POWERS = Int32Array.from({ length: 10 }, (_, i) => 10 ** i);

/** Of 0 to 2^31 - 1. A loop, because each branch of a tree is a deoptimisation when the first number comes that takes it. */
function digitsOf(value: number): number {
  let digits = 1;
  while (digits < 10 && value >= POWERS[digits]) digits++;
  return digits;
}
