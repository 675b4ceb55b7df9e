/**
 * Objects as bytes: structured, bounded in depth, width and number of values, cycle-safe, redacted by key. Whatever a getter, a
 * proxy or a toJSON does, the value becomes a mark and the rest of the event is recorded.
 */
import { TRUNCATED_MARK, writeString, writeValue } from './encode.js';
import type { FieldsExtractor } from './field.js';
import { FIELDS, inspectText, throwsMark, wrapKindOf } from './field.js';
import * as L from './layout.js';
import type { Ring } from './ring.js';
import { moveRecord } from './ring.js';
import { platform } from './platform.js';
import { state } from './state.js';

/** Objects in objects: deeper ones are recorded as "[Truncated]". */
export const MAX_DEPTH = 8;
/** Keys of an object, items of an array, entries of a map. */
export const MAX_WIDTH = 128;
/** Nested values in one record, whatever their shape. */
export const MAX_VALUES = 4096;
/** Bytes of a Buffer or typed array. */
export const MAX_BINARY_BYTES = 1024;
/** Errors behind errors. */
export const MAX_CAUSES = 8;

/** Writes any object. Never throws. */
export function writeObject(ring: Ring, p: number, value: object, depth: number): number {
  const { ancestors } = ring;
  const level = ancestors.length;
  const offset = p - ring.at;
  try {
    return writeKind(ring, p, value, depth);
  } catch (error) {
    ancestors.length = level;
    return writeString(ring, ring.at + offset, throwsMark(error));
  }
}

function writeKind(ring: Ring, p: number, value: object, depth: number): number {
  switch (wrapKindOf(value)) {
    case 'display':
      return writeString(ring, p, String((value as { value: unknown }).value));
    case 'inspect':
      ring.u8[p] = L.TAG_INSPECT;
      return writeString(ring, p + 1, inspectText((value as { value: unknown }).value));
    case 'lazy':
      return writeNested(ring, p, (value as { value: () => unknown }).value(), depth);
    default:
  }
  if (value instanceof Date) {
    ring.u8[p] = L.TAG_DATE;
    ring.dv.setFloat64(p + 1, value.getTime(), true);
    return p + 9;
  }
  if (depth > MAX_DEPTH || ring.valueCount > MAX_VALUES) return writeString(ring, p, TRUNCATED_MARK);
  if (ring.ancestors.includes(value)) return writeString(ring, p, '[Circular]');
  ring.ancestors.push(value);
  const next = writeStructure(ring, p, value, depth);
  ring.ancestors.pop();
  return next;
}

function writeStructure(ring: Ring, p: number, value: object, depth: number): number {
  if (Array.isArray(value)) return writeItems(ring, p, L.TAG_ARRAY, value, value.length, depth);
  const extract = (value as { [FIELDS]?: FieldsExtractor })[FIELDS];
  if (extract !== undefined) return writePairs(ring, p, L.TAG_OBJECT, extract(value), depth);
  if (value instanceof Error) return writeError(ring, p, value, depth);
  if (value instanceof Map) return writeMap(ring, p, value, depth);
  if (value instanceof Set) return writeItems(ring, p, L.TAG_SET, value, value.size, depth);
  if (ArrayBuffer.isView(value)) return writeView(ring, p, value, depth);
  if (value instanceof platform.URL || value instanceof RegExp) return writeString(ring, p, String(value));
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return writeValue(ring, p, value.valueOf());
  if (value instanceof Promise) return writeString(ring, p, '[Promise]');
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return writeNested(ring, p, toJSON.call(value, ''), depth);
  return writePairs(ring, p, L.TAG_OBJECT, value as Record<string, unknown>, depth);
}

/** A value inside another one. */
function writeNested(ring: Ring, p: number, value: unknown, depth: number): number {
  ring.valueCount++;
  if (typeof value !== 'object' || value === null) return writeValue(ring, p, value);
  if (p + 9 > ring.end) {
    p = moveRecord(ring, p, 9);
    if (p < 0) return p;
  }
  return writeObject(ring, p, value, depth);
}

/** tag and a count to be filled in when it is known. */
function writeHead(ring: Ring, p: number, tag: number): number {
  if (p + 5 > ring.end) {
    p = moveRecord(ring, p, 5);
    if (p < 0) return p;
  }
  ring.u8[p] = tag;
  ring.dv.setUint32(p + 1, 0, true);
  return p + 5;
}

/**
 * Own enumerable properties as (name, value) pairs. Of more than MAX_WIDTH the rest is counted under the name "[Truncated]".
 * The record may move while it is written, so positions that are needed again are kept as distances from its start.
 */
export function writePairs(ring: Ring, p: number, tag: number, value: Record<string, unknown>, depth: number): number {
  p = writeHead(ring, p, tag);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const keys = Object.keys(value);
  let count = 0;
  for (const key of keys) {
    if (count >= MAX_WIDTH || ring.valueCount > MAX_VALUES) {
      p = writeString(ring, p, TRUNCATED_MARK);
      if (p >= 0) p = writeValue(ring, p, keys.length - count);
      if (p < 0) return p;
      count++;
      break;
    }
    p = writePair(ring, p, value, key, depth);
    if (p < 0) return p;
    count++;
  }
  ring.dv.setUint32(ring.at + head, count, true);
  return p;
}

function writePair(ring: Ring, p: number, object: Record<string, unknown>, key: string, depth: number): number {
  p = writeString(ring, p, key.length > 256 ? key.slice(0, 256) : key);
  if (p < 0) return p;
  if (state.redactor.isSensitive(key)) return writeString(ring, p, state.redactor.censor);
  return writeNested(ring, p, readProperty(object, key), depth + 1);
}

export function readProperty(object: Record<string, unknown>, key: string): unknown {
  try {
    return object[key];
  } catch (error) {
    return throwsMark(error);
  }
}

function writeItems(ring: Ring, p: number, tag: number, items: Iterable<unknown>, length: number, depth: number): number {
  p = writeHead(ring, p, tag);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  let count = 0;
  for (const item of items) {
    if (count >= MAX_WIDTH || ring.valueCount > MAX_VALUES) {
      p = writeString(ring, p, `[Truncated: ${length - count} more]`);
      if (p < 0) return p;
      count++;
      break;
    }
    p = writeNested(ring, p, item, depth + 1);
    if (p < 0) return p;
    count++;
  }
  ring.dv.setUint32(ring.at + head, count, true);
  return p;
}

function writeMap(ring: Ring, p: number, map: ReadonlyMap<unknown, unknown>, depth: number): number {
  p = writeHead(ring, p, L.TAG_MAP);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  let count = 0;
  for (const [key, item] of map) {
    if (count >= MAX_WIDTH || ring.valueCount > MAX_VALUES) break;
    p = writeNested(ring, p, key, depth + 1);
    if (p < 0) return p;
    const redacted = typeof key === 'string' && state.redactor.isSensitive(key);
    p = writeNested(ring, p, redacted ? state.redactor.censor : item, depth + 1);
    if (p < 0) return p;
    count++;
  }
  ring.dv.setUint32(ring.at + head, count, true);
  return p;
}

function writeView(ring: Ring, p: number, view: ArrayBufferView, depth: number): number {
  if (!(view instanceof Uint8Array) && !(view instanceof DataView) && !(view instanceof Uint8ClampedArray)) {
    const items = view as unknown as Iterable<unknown> & { length: number };
    return writeItems(ring, p, L.TAG_ARRAY, items, items.length, depth);
  }
  const kept = Math.min(view.byteLength, MAX_BINARY_BYTES);
  if (p + 9 + kept > ring.end) {
    p = moveRecord(ring, p, 9 + kept);
    if (p < 0) return p;
  }
  ring.u8[p] = L.TAG_BYTES;
  ring.dv.setUint32(p + 1, view.byteLength, true);
  ring.dv.setUint32(p + 5, kept, true);
  ring.u8.set(new Uint8Array(view.buffer, view.byteOffset, kept), p + 9);
  return p + 9 + kept;
}

/** type, message, stack; then own enumerable properties; then the errors behind it. */
export function writeError(ring: Ring, p: number, error: Error, depth: number): number {
  p = writeHead(ring, p, L.TAG_ERROR);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const parts: Record<string, unknown> = {
    type: readText(error, 'name') || readProperty((error.constructor ?? {}) as never, 'name') || 'Error',
    message: readText(error, 'message'),
    stack: readText(error, 'stack'),
  };
  for (const key of Object.keys(error).slice(0, MAX_WIDTH)) {
    if (key !== 'cause' && key !== 'errors' && !(key in parts)) parts[key] = readProperty(error as never, key);
  }
  const cause = readProperty(error as never, 'cause');
  const chain = ring.ancestors.reduce((count, ancestor) => count + (ancestor instanceof Error ? 1 : 0), 0);
  if (cause !== undefined) parts['cause'] = chain > MAX_CAUSES ? TRUNCATED_MARK : cause;
  const errors = readProperty(error as never, 'errors');
  if (Array.isArray(errors)) parts['errors'] = errors;

  let count = 0;
  for (const key of Object.keys(parts)) {
    // Errors behind errors do not count as depth: a cause is as interesting as its effect.
    p = writePair(ring, p, parts, key, key === 'cause' ? Math.max(depth - 1, 0) : depth);
    if (p < 0) return p;
    count++;
  }
  ring.dv.setUint32(ring.at + head, count, true);
  return p;
}

function readText(error: Error, key: 'name' | 'message' | 'stack'): string {
  const text = readProperty(error as never, key);
  return typeof text === 'string' ? text : text === undefined ? '' : String(text);
}
