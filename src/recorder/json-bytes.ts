import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';
import { jsonString, LATIN1_SPECIAL } from './escape.js';
import { jsonOf } from './json-values.js';
import { readValue } from './values.js';

/**
 * The next value as JSON text, straight from the bytes: no object is made in between. undefined where the value is `undefined`,
 * which an object leaves out.
 */
export function jsonFromBytes(reader: ByteReader, depth = 0): string | undefined {
  const tag = reader.peekTag();
  switch (tag) {
    case L.TAG_LATIN1_SHORT:
    case L.TAG_LATIN1:
    case L.TAG_UTF8:
      return stringFromBytes(reader, tag);
    case L.TAG_TEXT:
      reader.p += 1;
      return reader.texts.json(reader.u32()) ?? damaged();
    case L.TAG_INT32:
      reader.p += 1;
      return `${reader.i32()}`;
    case L.TAG_FLOAT64: {
      reader.p += 1;
      const number = reader.f64();
      return Number.isFinite(number) ? `${number}` : 'null';
    }
    case L.TAG_UNDEFINED:
      reader.p += 1;
      return undefined;
    case L.TAG_NULL:
      reader.p += 1;
      return 'null';
    case L.TAG_FALSE:
      reader.p += 1;
      return 'false';
    case L.TAG_TRUE:
      reader.p += 1;
      return 'true';
    case L.TAG_OBJECT:
    case L.TAG_ERROR:
      return objectFromBytes(reader, tag, depth);
    case L.TAG_ARRAY:
    case L.TAG_SET:
      return arrayFromBytes(reader, tag, depth);
    case L.TAG_MAP:
      return mapFromBytes(reader, tag, depth);
    default:
      return jsonOf(readValue(reader, depth));
  }
}

function stringFromBytes(reader: ByteReader, tag: number): string {
  const length = reader.enterString(tag);
  const start = reader.p;
  const end = start + length;
  reader.p = end;
  const { u8 } = reader;
  if (tag === L.TAG_UTF8) return jsonString(u8.utf8Slice(start, end));
  let special = 0;
  for (let i = start; i < end; i++) special |= LATIN1_SPECIAL[u8[i]];
  const text = reader.cutLatin1(start, end);
  return special === 0 ? `"${text}"` : jsonString(text);
}

function objectFromBytes(reader: ByteReader, tag: number, depth: number): string {
  const pairs = reader.enterNested(tag, depth) / 2;
  let text = '';
  for (let i = 0; i < pairs; i++) {
    const keyTag = reader.peekTag();
    const key = stringFromBytes(reader, keyTag);
    const value = jsonFromBytes(reader, depth + 1);
    if (value !== undefined) text += text === '' ? `${key}:${value}` : `,${key}:${value}`;
  }
  return `{${text}}`;
}

function arrayFromBytes(reader: ByteReader, tag: number, depth: number): string {
  const count = reader.enterNested(tag, depth);
  let text = '';
  for (let i = 0; i < count; i++) text += `${i === 0 ? '' : ','}${jsonFromBytes(reader, depth + 1) ?? 'null'}`;
  return `[${text}]`;
}

function mapFromBytes(reader: ByteReader, tag: number, depth: number): string {
  const pairs = reader.enterNested(tag, depth) / 2;
  let text = '';
  for (let i = 0; i < pairs; i++) {
    if (i > 0 && reader.p >= reader.end) damaged();
    const key = keyFromBytes(reader, depth + 1);
    const value = jsonFromBytes(reader, depth + 1);
    if (value !== undefined) text += text === '' ? `${key}:${value}` : `,${key}:${value}`;
  }
  return `{${text}}`;
}

/** A key of a Map: text as it is, anything else as its JSON text. */
function keyFromBytes(reader: ByteReader, depth: number): string {
  const json = jsonFromBytes(reader, depth) ?? '"undefined"';
  return json.startsWith('"') ? json : jsonString(json);
}
