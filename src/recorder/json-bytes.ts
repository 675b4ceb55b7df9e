// Hot on the recorder thread: values from the bytes of a record to the bytes of a line, with no object in between.
import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { jsonString } from './escape.js';
import type { LineFormat } from './line-format.js';
import { jsonOf } from './json-values.js';
import { readValue } from './values.js';

/** Steps over an `undefined`, which an object leaves out. */
export function skipUndefined(reader: ByteReader): boolean {
  if (reader.peekTag() !== L.TAG_UNDEFINED) return false;
  reader.p += 1;
  return true;
}

/** The next value as JSON; `undefined` as null. */
export function writeJson(out: ByteWriter, reader: ByteReader, depth = 0): void {
  const tag = reader.peekTag();
  switch (tag) {
    case L.TAG_LATIN1_SHORT:
    case L.TAG_UTF8_SHORT:
    case L.TAG_UTF8:
      return writeJsonString(out, reader, tag);
    case L.TAG_INT32:
      reader.p += 1;
      return out.int(reader.i32());
    case L.TAG_FLOAT64:
      reader.p += 1;
      return writeNumber(out, reader.f64());
    case L.TAG_TEXT:
      reader.p += 1;
      return reader.texts.writeJson(reader.u32(), out);
    case L.TAG_OBJECT:
    case L.TAG_ERROR:
      return writeObject(out, reader, tag, depth);
    case L.TAG_ARRAY:
    case L.TAG_SET:
      return writeArray(out, reader, tag, depth);
    case L.TAG_MAP:
      return writeMap(out, reader, tag, depth);
    case L.TAG_TRUE:
      reader.p += 1;
      return out.text('true');
    case L.TAG_FALSE:
      reader.p += 1;
      return out.text('false');
    case L.TAG_NULL:
    case L.TAG_UNDEFINED:
      reader.p += 1;
      return out.text('null');
    default:
      return out.text(jsonOf(readValue(reader, depth)) ?? 'null');
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  if (Number.isFinite(value)) out.number(value);
  else out.text('null');
}

/** A string value, quoted and escaped; `tag` is its own. */
export function writeJsonString(out: ByteWriter, reader: ByteReader, tag = reader.peekTag()): void {
  const length = reader.enterString(tag);
  const start = reader.p;
  const end = start + length;
  reader.p = end;
  const isText = out.json(reader.u8, reader.dv, start, end, tag !== L.TAG_LATIN1_SHORT);
  if (!isText) out.text(jsonString(reader.u8.utf8Slice(start, end)));
}

function writeObject(out: ByteWriter, reader: ByteReader, tag: number, depth: number): void {
  const pairs = reader.enterNested(tag, depth) / 2;
  let isFirst = true;
  out.byte(OPEN_BRACE);
  for (let i = 0; i < pairs; i++) {
    const keyAt = reader.p;
    reader.skip();
    if (skipUndefined(reader)) continue;
    const valueAt = reader.p;
    reader.p = keyAt;
    if (!isFirst) out.byte(COMMA);
    isFirst = false;
    writeJsonString(out, reader);
    reader.p = valueAt;
    out.byte(COLON);
    writeJson(out, reader, depth + 1);
  }
  out.byte(CLOSE_BRACE);
}

/** An error that is the field `err` of a line, under the names that the format has for it: `,"error":{…}`. */
export function writeError(out: ByteWriter, reader: ByteReader, format: LineFormat): void {
  const pairs = reader.enterNested(reader.peekTag(), 0) / 2;
  let stackAt = -1;
  let isFirst = true;
  out.text(format.errorKey);
  out.byte(OPEN_BRACE);
  for (let i = 0; i < pairs; i++) {
    const key = reader.string();
    if (skipUndefined(reader)) continue;
    if (key === 'stack' && format.stackKey !== undefined) {
      stackAt = reader.p;
      reader.skip();
      continue;
    }
    if (!isFirst) out.byte(COMMA);
    isFirst = false;
    out.text(jsonString(key === 'stack' ? format.names.stack : key));
    out.byte(COLON);
    writeJson(out, reader, 1);
  }
  out.byte(CLOSE_BRACE);
  if (stackAt < 0) return;
  const { p } = reader;
  reader.p = stackAt;
  out.text(format.stackKey!);
  writeJson(out, reader, 1);
  reader.p = p;
}

function writeArray(out: ByteWriter, reader: ByteReader, tag: number, depth: number): void {
  const count = reader.enterNested(tag, depth);
  out.byte(OPEN_BRACKET);
  for (let i = 0; i < count; i++) {
    if (i > 0) out.byte(COMMA);
    writeJson(out, reader, depth + 1);
  }
  out.byte(CLOSE_BRACKET);
}

/** A key is text as it is, anything else as its JSON text. */
function writeMap(out: ByteWriter, reader: ByteReader, tag: number, depth: number): void {
  const pairs = reader.enterNested(tag, depth) / 2;
  let isFirst = true;
  out.byte(OPEN_BRACE);
  for (let i = 0; i < pairs; i++) {
    const key = jsonOf(readValue(reader, depth + 1)) ?? '"undefined"';
    if (skipUndefined(reader)) continue;
    if (!isFirst) out.byte(COMMA);
    isFirst = false;
    out.text(key.startsWith('"') ? key : jsonString(key));
    out.byte(COLON);
    writeJson(out, reader, depth + 1);
  }
  out.byte(CLOSE_BRACE);
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
