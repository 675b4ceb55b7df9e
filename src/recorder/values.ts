import type { FieldValue } from '../core/field.js';
import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';

/** The recorder is in a process more than once: as the text that `init()` evaluates, and in entries that read records. What one has made the others know. */
const IS_ERROR: unique symbol = Symbol.for('ttlog.recorded-error/1') as never;
const IS_INSPECTED: unique symbol = Symbol.for('ttlog.inspected-text/1') as never;

function has(mark: symbol, value: unknown): boolean {
  return typeof value === 'object' && value !== null && mark in value;
}

/**
 * An error as it was recorded: `type`, `message`, `stack`, its own properties, `cause` and `errors`. It is data, not an Error: it
 * serialises and compares like a plain object.
 */
export class RecordedError {
  declare readonly type: string;
  declare readonly message: string;
  declare readonly stack: string;
  declare readonly cause?: FieldValue;
  declare readonly errors?: readonly FieldValue[];
  readonly [key: string]: FieldValue;

  get [IS_ERROR](): true {
    return true;
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return has(IS_ERROR, value);
  }
}

/** The text of `inspect(v)`: printed as it is; in JSON it is a string. */
export class InspectedText {
  readonly inspected: string;

  constructor(inspected: string) {
    this.inspected = inspected;
  }

  toJSON(): string {
    return this.inspected;
  }

  get [IS_INSPECTED](): true {
    return true;
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return has(IS_INSPECTED, value);
  }
}

/** Milliseconds that a Date can show. */
const MAX_DATE_MS = 8.64e15;

/** Reads one value. */
export function readValue(reader: ByteReader, depth = 0): FieldValue {
  const tag = reader.peekTag();
  switch (tag) {
    case L.TAG_LATIN1_SHORT:
    case L.TAG_UTF8_SHORT:
    case L.TAG_UTF8:
      return reader.string();
    case L.TAG_OBJECT:
      return readPairs(reader, {}, tag, depth);
    case L.TAG_ERROR:
      return readPairs(reader, new RecordedError() as object as Record<string, FieldValue>, tag, depth);
    case L.TAG_ARRAY:
      return readItems(reader, tag, depth);
    case L.TAG_SET:
      return new Set(readItems(reader, tag, depth));
    case L.TAG_MAP:
      return readMap(reader, tag, depth);
    default:
      reader.p += 1;
      return readPlain(reader, tag);
  }
}

function readPlain(reader: ByteReader, tag: number): FieldValue {
  switch (tag) {
    case L.TAG_UNDEFINED:
      return undefined;
    case L.TAG_NULL:
      return null;
    case L.TAG_FALSE:
      return false;
    case L.TAG_TRUE:
      return true;
    case L.TAG_INT32:
      return reader.i32();
    case L.TAG_FLOAT64:
      return reader.f64();
    case L.TAG_TEXT:
      return reader.texts.text(reader.u32()) ?? damaged();
    case L.TAG_BIGINT64:
      return reader.i64();
    case L.TAG_BIGINT_TEXT:
      return readBigInt(reader.string());
    case L.TAG_DATE: {
      const ms = reader.f64();
      return new Date(Math.abs(ms) <= MAX_DATE_MS ? ms : Number.NaN);
    }
    case L.TAG_BYTES:
      return readBytes(reader);
    case L.TAG_INSPECT:
      return new InspectedText(reader.string());
    default:
      return damaged();
  }
}

/** A text that is no number (a mark) stays a text; a hostile one of a million digits is not worth the seconds it takes. */
function readBigInt(text: string): bigint | string {
  return text.length <= 2048 && /^-?\d+$/.test(text) ? BigInt(text) : text;
}

/** What was kept of them. */
function readBytes(reader: ByteReader): Uint8Array {
  reader.u32();
  const length = reader.count(1);
  reader.p += length;
  return Uint8Array.prototype.slice.call(reader.u8, reader.p - length, reader.p);
}

function readPairs(
  reader: ByteReader,
  into: Record<string, FieldValue>,
  tag: number,
  depth: number,
): Record<string, FieldValue> {
  const pairs = reader.enterNested(tag, depth) / 2;
  for (let i = 0; i < pairs; i++) {
    const key = reader.string();
    setOwn(into, key, readValue(reader, depth + 1));
  }
  return into;
}

function readItems(reader: ByteReader, tag: number, depth: number): FieldValue[] {
  const count = reader.enterNested(tag, depth);
  const items: FieldValue[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(reader, depth + 1));
  return items;
}

function readMap(reader: ByteReader, tag: number, depth: number): Map<FieldValue, FieldValue> {
  const pairs = reader.enterNested(tag, depth) / 2;
  const map = new Map<FieldValue, FieldValue>();
  for (let i = 0; i < pairs; i++) {
    const key = readValue(reader, depth + 1);
    map.set(key, readValue(reader, depth + 1));
  }
  return map;
}

/** A property of the object's own, whatever its name: `__proto__` is a key like any other. */
export function setOwn(object: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else (object as Record<string, unknown>)[key] = value;
}
