/**
 * Objects as bytes: structured, bounded in depth, width and number of values, cycle-safe, redacted by key. Whatever a getter, a
 * proxy or a toJSON does, the value becomes a mark and the rest of the event is recorded.
 */
import { MAX_NAME_LENGTH } from './callsite.js';
import { TRUNCATED_MARK, truncateValue, writeString, writeValue } from './encode.js';
import type { FieldsExtractor } from './field.js';
import { clearedIn, clearedProperty, FIELDS, inspectText, throwsMark, wrapKindOf } from './field.js';
import { isError } from './is-error.js';
import * as L from './layout.js';
import type { Ring } from './ring.js';
import { moveRecord } from './ring.js';
import { isUrl } from './platform.js';
import type { Where } from './redact.js';
import { hidesMessage, whereOf, without } from './redact-where.js';
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
const MAX_CAUSES = 8;

const PLAIN = Object.prototype;

/** Writes any object. Never throws. */
export function writeObject(ring: Ring, p: number, value: object, depth: number): number {
  const { ancestors } = ring;
  const level = ancestors.length;
  const limit = ring.contentBytes;
  const offset = p - ring.at;
  const { where } = ring;
  try {
    return writeKind(ring, p, value, depth);
  } catch (error) {
    ancestors.length = level;
    ring.contentBytes = limit;
    ring.where = where;
    return writeClean(ring, ring.at + offset, throwsMark(error));
  }
}

function writeKind(ring: Ring, p: number, value: object, depth: number): number {
  if (depth > MAX_DEPTH || ring.valueCount > MAX_VALUES) return writeString(ring, p, TRUNCATED_MARK);
  return Object.getPrototypeOf(value) === PLAIN
    ? writeInside(ring, p, value, depth, true)
    : writeSpecial(ring, p, value, depth);
}

function writeSpecial(ring: Ring, p: number, value: object, depth: number): number {
  switch (wrapKindOf(value)) {
    case 'display':
      return writeClean(ring, p, String((value as { value: unknown }).value));
    case 'inspect':
      ring.u8[p] = L.TAG_INSPECT;
      return writeClean(ring, p + 1, inspectText((value as { value: unknown }).value));
    case 'inspected':
      ring.u8[p] = L.TAG_INSPECT;
      return writeClean(ring, p + 1, String((value as { inspected: unknown }).inspected));
    case 'lazy':
      return writeNested(ring, p, (value as { value: () => unknown }).value(), depth + 1);
    case 'cleared':
      return writeNested(ring, p, (value as { value: unknown }).value, depth + 1);
    default:
  }
  if (value instanceof Date) {
    ring.u8[p] = L.TAG_DATE;
    ring.dv.setFloat64(p + 1, value.getTime(), true);
    return p + 9;
  }
  return writeInside(ring, p, value, depth, false);
}

/** What has something inside. Plain objects are most of it: none of the questions about other kinds is asked of them. */
function writeInside(ring: Ring, p: number, value: object, depth: number, isPlain: boolean): number {
  if (ring.ancestors.includes(value)) return writeString(ring, p, '[Circular]');
  const limit = ring.contentBytes;
  ring.ancestors.push(value);
  // What is inside leaves some room to what comes after it, at every depth.
  ring.contentBytes = limit - (limit >> 4);
  const next = isPlain
    ? writePlain(ring, p, value, depth, (value as { toJSON?: unknown }).toJSON)
    : writeStructure(ring, p, value, depth);
  ring.contentBytes = limit;
  ring.ancestors.pop();
  return next;
}

function writeStructure(ring: Ring, p: number, value: object, depth: number): number {
  if (Array.isArray(value)) return writeArray(ring, p, value, depth);
  const extract = (value as { [FIELDS]?: FieldsExtractor })[FIELDS];
  if (extract !== undefined) return writePairs(ring, p, L.TAG_OBJECT, extract(value), depth);
  if (value instanceof Error) return writeError(ring, p, value, depth);
  if (value instanceof Map) return writeMap(ring, p, value, depth);
  if (value instanceof Set) return writeSet(ring, p, value, depth);
  if (ArrayBuffer.isView(value)) return writeView(ring, p, value, depth);
  if (value instanceof ArrayBuffer) return writeView(ring, p, new Uint8Array(value), depth);
  if (isUrl(value))
    return writeString(ring, p, ring.where === null ? String(value) : ring.where.cleanText(String(value)));
  if (value instanceof RegExp) return writeString(ring, p, String(value));
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return writeNested(ring, p, value.valueOf(), depth + 1);
  if (value instanceof Promise) return writeString(ring, p, '[Promise]');
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function' && isError(value)) return writeError(ring, p, value, depth);
  return writePlain(ring, p, value, depth, toJSON);
}

function writePlain(ring: Ring, p: number, value: object, depth: number, toJSON: unknown): number {
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value, '');
    if (json !== value) return writeNested(ring, p, json, depth + 1);
  }
  return writePairs(ring, p, L.TAG_OBJECT, value as Record<string, unknown>, depth);
}

/** A value inside another one: what does not fit is marked, and -1 where the record is as long as it may be. */
function writeNested(ring: Ring, p: number, value: unknown, depth: number): number {
  ring.valueCount++;
  const offset = p - ring.at;
  if (offset > ring.contentBytes) return -1;
  if (ring.where !== null) value = ring.where.clean(value);
  const next =
    typeof value === 'object' && value !== null ? writeInner(ring, p, value, depth) : writeValue(ring, p, value);
  if (next >= 0) return next;
  return offset + TRUNCATED_MARK.length > ring.contentBytes || ring.at + offset > ring.end
    ? -1
    : truncateValue(ring, offset);
}

function writeInner(ring: Ring, p: number, value: object, depth: number): number {
  if (p + 9 > ring.end) {
    p = moveRecord(ring, p, 9);
    if (p < 0) return p;
  }
  return writeObject(ring, p, value, depth);
}

/** A text made of a value: searched as the value itself would be. */
function writeClean(ring: Ring, p: number, text: string): number {
  return writeString(ring, p, ring.where === null ? text : (ring.where.clean(text) as string));
}

/** A value where rules look at more than names. The place of what is around it is that of the ring again afterwards. */
function writeAt(ring: Ring, p: number, where: Where, read: () => unknown, depth: number): number {
  const around = ring.where;
  const value = where.hidden ? where.replacement(read) : read();
  ring.where = where.shown;
  const next = writeNested(ring, p, value, depth);
  ring.where = around;
  return next;
}

/** A top-level field that redaction has something to say about. */
export function writeRedacted(ring: Ring, p: number, where: Where | null, value: unknown): number {
  if (where === null) return writeValue(ring, p, clearedIn(value) ?? state.redactor.censor);
  if (where.isDropped) return p;
  const opened = clearedIn(value) === undefined ? null : where.opened;
  try {
    const recorded = where.hidden && opened === null ? where.replacement(() => value) : where.clean(value);
    ring.where = opened ?? where.shown;
    return writeValue(ring, p, recorded);
  } finally {
    ring.where = null;
  }
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

/** The record is full: what is in the structure stays, and it ends here (an empty one would lie: a mark takes its place). Returns the position that was `offset` into the record. */
function endHere(ring: Ring, offset: number): number {
  ring.truncated = true;
  return ring.at + offset;
}

function writeCount(ring: Ring, head: number, count: number): void {
  ring.dv.setUint32(ring.at + head, count, true);
}

function isWide(ring: Ring, count: number): boolean {
  return count >= MAX_WIDTH || ring.valueCount > MAX_VALUES;
}

/**
 * Own enumerable properties as (name, value) pairs. Of more than MAX_WIDTH the rest is counted under the name "[Truncated]".
 * The record may move while it is written, so positions that are needed again are kept as distances from its start.
 */
function writePairs(ring: Ring, p: number, tag: number, value: Record<string, unknown>, depth: number): number {
  p = writeHead(ring, p, tag);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const keys = Object.keys(value);
  let count = 0;
  let dropped = 0;
  for (const key of keys) {
    const at = ring.where === null ? null : ring.where.below(key);
    if (at !== null && at.isDropped && dropped++ < MAX_VALUES) continue;
    const before = p - ring.at;
    const wide = isWide(ring, count);
    p = wide ? writeRest(ring, p, keys.length - count - dropped) : writePair(ring, p, value, key, depth, at);
    if (p < 0) {
      if (count === 0) return p;
      p = endHere(ring, before);
      break;
    }
    count++;
    if (wide) break;
  }
  writeCount(ring, head, count);
  return p;
}

/** How many more there are, under the name of the mark. */
function writeRest(ring: Ring, p: number, count: number): number {
  p = writeString(ring, p, TRUNCATED_MARK);
  return p < 0 ? p : writeValue(ring, p, count);
}

function writePair(
  ring: Ring,
  p: number,
  object: Record<string, unknown>,
  key: string,
  depth: number,
  at: Where | null,
): number {
  if (p - ring.at > ring.contentBytes) return -1;
  p = writeString(ring, p, key.length > MAX_NAME_LENGTH ? key.slice(0, MAX_NAME_LENGTH) : key);
  if (p < 0) return p;
  if (at !== null) {
    const opened = at.hidden && clearedProperty(object, key) !== undefined ? at.opened : null;
    return writeAt(ring, p, opened ?? at, () => readProperty(object, key), depth + 1);
  }
  if (!state.redactor.isSensitive(key)) return writeNested(ring, p, readProperty(object, key), depth + 1);
  return writeNested(ring, p, clearedProperty(object, key) ?? state.redactor.censor, depth + 1);
}

/**
 * A field by name, where names are not in the dictionary: the property of `object` under its key, or another one. What does not fit
 * is marked, and -1 where not even that does.
 */
export function writeField(
  ring: Ring,
  p: number,
  key: string,
  object: Record<string, unknown>,
  property: string,
  where: Where | null = whereOf(key),
): number {
  p = writeString(ring, p, key.length > MAX_NAME_LENGTH ? key.slice(0, MAX_NAME_LENGTH) : key);
  if (p < 0) return p;
  const offset = p - ring.at;
  if (where !== null) {
    const value = where.isUnread ? clearedProperty(object, property) : readProperty(object, property);
    p = writeRedacted(ring, p, where, value);
  } else if (state.redactor.isSensitive(key)) p = writeRedacted(ring, p, null, clearedProperty(object, property));
  else p = writeValue(ring, p, readProperty(object, property));
  if (p >= 0) return p;
  return ring.at + offset > ring.end ? -1 : truncateValue(ring, offset);
}

export function readProperty(object: object, key: string | number): unknown {
  try {
    return (object as Record<string | number, unknown>)[key];
  } catch (error) {
    return throwsMark(error);
  }
}

/** By index: an array's own iterator may be anybody's. */
function writeArray(ring: Ring, p: number, items: ArrayLike<unknown>, depth: number): number {
  p = writeHead(ring, p, L.TAG_ARRAY);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const { length } = items;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const at = ring.where === null ? null : ring.where.item(i);
    if (at !== null && at.isDropped && i < MAX_VALUES) continue;
    const before = p - ring.at;
    const wide = isWide(ring, count);
    if (wide) p = writeString(ring, p, `[Truncated: ${length - i} more]`);
    else if (at !== null) p = writeAt(ring, p, at, () => readProperty(items, i), depth + 1);
    else p = writeNested(ring, p, readProperty(items, i), depth + 1);
    if (p < 0) {
      if (count === 0) return p;
      p = endHere(ring, before);
      break;
    }
    count++;
    if (wide) break;
  }
  writeCount(ring, head, count);
  return p;
}

/** Through the built-in iterator, as Maps are: that of a subclass may be anybody's. */
function writeSet(ring: Ring, p: number, set: ReadonlySet<unknown>, depth: number): number {
  p = writeHead(ring, p, L.TAG_SET);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const size = sizeOfSet.call(set as Set<unknown>) as number;
  let count = 0;
  let index = 0;
  for (const item of Set.prototype.values.call(set)) {
    const at = ring.where === null ? null : ring.where.item(index++);
    if (at !== null && at.isDropped && index < MAX_VALUES) continue;
    const before = p - ring.at;
    const wide = isWide(ring, count);
    if (wide) p = writeString(ring, p, `[Truncated: ${size - count} more]`);
    else p = at === null ? writeNested(ring, p, item, depth + 1) : writeAt(ring, p, at, () => item, depth + 1);
    if (p < 0) {
      if (count === 0) return p;
      p = endHere(ring, before);
      break;
    }
    count++;
    if (wide) break;
  }
  writeCount(ring, head, count);
  return p;
}

// Called with `call` only.
// oxlint-disable-next-line typescript/unbound-method
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;
// oxlint-disable-next-line typescript/unbound-method
const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;

function writeMap(ring: Ring, p: number, map: ReadonlyMap<unknown, unknown>, depth: number): number {
  p = writeHead(ring, p, L.TAG_MAP);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  const size = sizeOfMap.call(map as Map<unknown, unknown>) as number;
  let count = 0;
  let dropped = 0;
  for (const [key, item] of Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>) {
    const at = ring.where === null ? null : ring.where.entry(key);
    if (at !== null && at.isDropped && dropped++ < MAX_VALUES) continue;
    const before = p - ring.at;
    const wide = isWide(ring, count);
    p = wide ? writeRest(ring, p, size - count - dropped) : writeEntry(ring, p, key, item, depth, at);
    if (p < 0) {
      if (count === 0) return p;
      p = endHere(ring, before);
      break;
    }
    count++;
    if (wide) break;
  }
  writeCount(ring, head, count);
  return p;
}

function writeEntry(ring: Ring, p: number, key: unknown, item: unknown, depth: number, at: Where | null): number {
  p = writeNested(ring, p, key, depth + 1);
  if (p < 0) return p;
  if (at !== null) return writeAt(ring, p, at, () => item, depth + 1);
  const redacted = typeof key === 'string' && state.redactor.isSensitive(key);
  return writeNested(ring, p, redacted ? state.redactor.censor : item, depth + 1);
}

function writeView(ring: Ring, p: number, view: ArrayBufferView, depth: number): number {
  if (!(view instanceof Uint8Array) && !(view instanceof DataView) && !(view instanceof Uint8ClampedArray)) {
    return writeArray(ring, p, view as unknown as ArrayLike<unknown>, depth);
  }
  const kept = Math.min(view.byteLength, MAX_BINARY_BYTES);
  if (p + 9 + kept - ring.at > ring.contentBytes) return -1;
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
function writeError(ring: Ring, p: number, error: Error, depth: number): number {
  p = writeHead(ring, p, L.TAG_ERROR);
  if (p < 0) return p;
  const head = p - 4 - ring.at;
  // No prototype: what an error calls `constructor` or `__proto__` is a property like any other.
  const parts: Record<string, unknown> = Object.create(null) as never;
  parts['type'] = typeOf(error);
  parts['message'] = readText(error, 'message');
  parts['stack'] = readText(error, 'stack');
  for (const key of Object.keys(error).slice(0, MAX_WIDTH)) {
    // `this.name = …` in a constructor is the type, which is there already.
    if (key !== 'cause' && key !== 'errors' && key !== 'name' && !(key in parts)) parts[key] = readProperty(error, key);
  }
  const cause = readProperty(error, 'cause');
  const chain = ring.ancestors.reduce((count, ancestor) => count + (isError(ancestor) ? 1 : 0), 0);
  if (cause !== undefined) parts['cause'] = chain > MAX_CAUSES ? TRUNCATED_MARK : cause;
  const errors = readProperty(error, 'errors');
  if (Array.isArray(errors)) parts['errors'] = errors;

  const { where } = ring;
  if (hidesMessage(where)) parts['stack'] = without(parts['stack'], parts['message']);

  let count = 0;
  for (const key of Object.keys(parts)) {
    const at = where === null ? null : where.inError(key);
    if (at !== null && at.isDropped) continue;
    const before = p - ring.at;
    // Errors behind errors do not count as depth: a cause is as interesting as its effect.
    p = writePair(ring, p, parts, key, key === 'cause' ? Math.max(depth - 1, 0) : depth, at);
    if (p < 0) {
      if (count === 0) return p;
      p = endHere(ring, before);
      break;
    }
    count++;
  }
  writeCount(ring, head, count);
  return p;
}

function typeOf(error: Error): string {
  const name = readText(error, 'name');
  if (name !== '') return name;
  const type = readProperty(readProperty(error, 'constructor') ?? {}, 'name');
  return typeof type === 'string' && type !== '' ? type : 'Error';
}

function readText(error: Error, key: 'name' | 'message' | 'stack'): string {
  const text = readProperty(error, key);
  if (typeof text === 'string') return text;
  try {
    return text === undefined ? '' : String(text);
  } catch (thrown) {
    return throwsMark(thrown);
  }
}
