// Hot path: values as bytes. Each function writes one value at `p` and returns where the next goes, or -1 where it did not fit
// and the record must end here. No allocation, no closure for numbers, booleans and strings; objects are in encode-object.ts.
import { writeObject } from './encode-object.js';
import * as L from './layout.js';
import type { Ring } from './ring.js';
import { writesTextsFast } from './platform.js';
import { moveRecord } from './ring.js';

export const TRUNCATED_MARK = '[Truncated]';

/**
 * Up to here a loop over charCodeAt beats a call into the platform. It stores four characters at a time: 17 of them take 20 ns instead of
 * 24 on Node 20, 22 instead of 31 on Node 24.
 */
const LOOP_LENGTH = writesTextsFast ? 20 : 40;
/** Up to here, in UTF-16 units, the length as UTF-8 fits into a byte. */
const SHORT_LENGTH = 85;
const SHORT_BYTES = 255;

export function writeValue(ring: Ring, p: number, value: unknown): number {
  if (typeof value === 'string') return writeString(ring, p, value);
  if (p > ring.end) {
    p = moveRecord(ring, p, 0);
    if (p < 0) return p;
  }
  return typeof value === 'number' ? writeNumber(ring, p, value) : writeOther(ring, p, value);
}

/** There is room for it. */
export function writeNumber(ring: Ring, p: number, value: number): number {
  const { dv } = ring;
  // The converted value is stored, not `value`: a store of what has once been a double is a call on Node 24 from then on (10 ns).
  const int = value | 0;
  if (int === value && (int !== 0 || 1 / value > 0)) {
    dv.setInt8(p, L.TAG_INT32);
    dv.setInt32(p + 1, int, true);
    return p + 5;
  }
  dv.setInt8(p, L.TAG_FLOAT64);
  dv.setFloat64(p + 1, value, true);
  return p + 9;
}

/** Neither a string nor a number. There is room for something small. */
export function writeOther(ring: Ring, p: number, value: unknown): number {
  if (typeof value === 'boolean') {
    ring.u8[p] = value ? L.TAG_TRUE : L.TAG_FALSE;
    return p + 1;
  }
  if (value === undefined) {
    ring.u8[p] = L.TAG_UNDEFINED;
    return p + 1;
  }
  if (value === null) {
    ring.u8[p] = L.TAG_NULL;
    return p + 1;
  }
  if (typeof value === 'object') return writeObject(ring, p, value, 0);
  return writeRare(ring, p, value);
}

function writeRare(ring: Ring, p: number, value: unknown): number {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) === value) {
      ring.u8[p] = L.TAG_BIGINT64;
      ring.dv.setBigInt64(p + 1, value, true);
      return p + 9;
    }
    ring.u8[p] = L.TAG_BIGINT_TEXT;
    // A bigint of a million digits takes seconds to print: its size is what can be said in bounded time.
    const small = BigInt.asIntN(4096, value) === value;
    return writeString(ring, p + 1, small ? value.toString() : TRUNCATED_MARK);
  }
  if (typeof value === 'symbol') return writeString(ring, p, value.toString());
  return writeString(ring, p, functionText(value as object));
}

/** A function's name may be a getter, or anything at all. */
export function functionText(value: object): string {
  try {
    const { name } = value as { name?: unknown };
    return `[Function: ${typeof name === 'string' && name !== '' ? name.slice(0, 256) : 'anonymous'}]`;
  } catch {
    return '[Function: anonymous]';
  }
}

/** UTF-8, or latin1 where that is shorter and quicker; lone surrogates become U+FFFD. Over-long strings are cut and marked. */
export function writeString(ring: Ring, p: number, text: string): number {
  const { length } = text;
  if (length > SHORT_LENGTH) return writeLongString(ring, p, text);
  if (p > ring.end) {
    p = moveRecord(ring, p, 0);
    if (p < 0) return p;
  }
  if (length > LOOP_LENGTH) return writeShortUtf8(ring, p, text);
  const { dv } = ring;
  const start = p + 2;
  let bits = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    bits |= a | b | c | d;
    dv.setInt32(start + i, a | (b << 8) | (c << 16) | (d << 24), true);
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    bits |= unit;
    dv.setInt8(start + i, unit);
  }
  if (bits > 0xff) return writeShortUtf8(ring, p, text);
  dv.setInt16(p, L.TAG_LATIN1_SHORT | (length << 8), true);
  return start + length;
}

/** There is room for it. */
function writeShortUtf8(ring: Ring, p: number, text: string): number {
  const bytes = writeUtf8(ring, p + 2, text, SHORT_BYTES);
  // As many bytes as characters: they are ASCII, which is quicker to read as latin1.
  ring.dv.setInt16(p, (bytes === text.length ? L.TAG_LATIN1_SHORT : L.TAG_UTF8_SHORT) | (bytes << 8), true);
  return p + 2 + bytes;
}

function writeLongString(ring: Ring, p: number, text: string): number {
  const max = ring.maxStringLength;
  const whole = text.length <= max;
  // Never between the halves of a surrogate pair.
  const cut = whole
    ? text
    : text.slice(0, max - ((text.charCodeAt(max - 1) & 0xfc00) === 0xd800 ? 1 : 0)) + TRUNCATED_MARK;
  let most = 5 + cut.length * 3;
  if (p + most > ring.end || p + most - ring.at > ring.contentBytes) {
    // Three bytes a character is what few texts take.
    most = 5 + utf8Length(cut);
    if (p + most - ring.at > ring.contentBytes) return -1;
    if (p + most > ring.end) {
      p = moveRecord(ring, p, most);
      if (p < 0) return p;
    }
  }
  return writeText(ring, p, cut, most);
}

/** Bytes of the text as UTF-8; a lone surrogate takes 3, as U+FFFD does. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes += unit >= 0x800 ? 2 : 1;
    // The halves of a pair take 4 together, not 6.
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) bytes -= 2;
  }
  return bytes;
}

/** A string of any length where there is room for `most` bytes: tag, length, UTF-8. */
export function writeText(ring: Ring, p: number, text: string, most: number): number {
  const bytes = writeUtf8(ring, p + 5, text, most - 5);
  ring.u8[p] = L.TAG_UTF8;
  ring.dv.setUint32(p + 1, bytes, true);
  return p + 5 + bytes;
}

/** Returns the number of bytes: at most `most`, for which there is room. */
function writeUtf8(ring: Ring, p: number, text: string, most: number): number {
  return ring.text === null ? encodeUtf8(ring.u8, p, text) : ring.text.utf8Write(text, p, most);
}

/** For platforms without Buffer. */
function encodeUtf8(u8: Uint8Array, start: number, text: string): number {
  let p = start;
  for (let i = 0; i < text.length; i++) {
    let point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    else if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) u8[p++] = point;
    else if (point < 0x800) {
      u8[p++] = 0xc0 | (point >> 6);
      u8[p++] = 0x80 | (point & 0x3f);
    } else if (point < 0x10000) {
      u8[p++] = 0xe0 | (point >> 12);
      u8[p++] = 0x80 | ((point >> 6) & 0x3f);
      u8[p++] = 0x80 | (point & 0x3f);
    } else {
      u8[p++] = 0xf0 | (point >> 18);
      u8[p++] = 0x80 | ((point >> 12) & 0x3f);
      u8[p++] = 0x80 | ((point >> 6) & 0x3f);
      u8[p++] = 0x80 | (point & 0x3f);
    }
  }
  return p - start;
}

/** A mark instead of the value that began `offset` bytes into the record and did not fit: the slack of the segment has room for it. */
export function truncateValue(ring: Ring, offset: number): number {
  ring.truncated = true;
  const p = ring.at + offset;
  const { u8 } = ring;
  u8[p] = L.TAG_LATIN1_SHORT;
  u8[p + 1] = TRUNCATED_MARK.length;
  for (let i = 0; i < TRUNCATED_MARK.length; i++) u8[p + 2 + i] = TRUNCATED_MARK.charCodeAt(i);
  return p + 2 + TRUNCATED_MARK.length;
}
