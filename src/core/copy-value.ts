/**
 * Copies of values for events that are handed around as objects (`EventBuilder`, backends of one's own): the same conversions and
 * bounds as in the ring, so that it makes no difference which way a value took. Cold.
 */
import { functionText, TRUNCATED_MARK } from './encode.js';
import { MAX_BINARY_BYTES, MAX_DEPTH, MAX_VALUES, MAX_WIDTH, readProperty } from './encode-object.js';
import type { LogEvent } from './event.js';
import type { Field, FieldsExtractor, FieldValue } from './field.js';
import { clearedProperty, FIELDS, InspectedCopy, inspectText, throwsMark, wrapKindOf } from './field.js';
import { isError } from './is-error.js';
import { isUrl } from './platform.js';
import type { Where } from './redact.js';
import { cleanMessage, hidesMessage, markRedacted, whereOf, whereRedacted, without } from './redact-where.js';
import { state } from './state.js';

/** One copy in the making: how many values it may still have, and what is around the one that is copied. */
interface Copying {
  left: number;
  readonly around: object[];
  /** The place of the value being copied, where redaction looks at more than names. */
  where: Where | null;
  /** Counts what is not copied as it is. */
  changes: number;
}

/** A copy that later mutation does not reach (but an Error without secrets stays itself), redacted by name. Never throws. */
export function copyValue(value: unknown): FieldValue {
  return copy(value, 0, newCopying());
}

function newCopying(): Copying {
  return { left: MAX_VALUES, around: [], where: null, changes: 0 };
}

/** A field as it may be recorded; null where it may not. Never throws. */
export function copyField(key: string, value: unknown): Field | null {
  return copyTopLevel({ value }, key, 'value', newCopying());
}

/** The event as others than the ring may have it. One that is none is left without fields. */
export function redactedEvent(event: LogEvent): LogEvent {
  try {
    if (whereRedacted(event.fields) !== null) return event;
    const copying = newCopying();
    const fields: Field[] = [];
    for (const given of event.fields) {
      const field = copyTopLevel(given, given.key, 'value', copying);
      if (field !== null) fields.push(field);
    }
    return { ...event, message: cleanMessage(event.message), fields: markRedacted(fields) };
  } catch {
    return { ...event, fields: [] };
  }
}

function copyTopLevel(source: object, key: string, property: string, copying: Copying): Field | null {
  const where = whereOf(key);
  if (where === null) {
    const isHidden = state.redactor.isSensitive(key);
    return { key, value: copy(isHidden ? shownOf(source, property) : readProperty(source, property), 0, copying) };
  }
  return where.isDropped ? null : { key, value: copyPlaced(where, source, property, 0, copying) };
}

/** The fields of an object as a list of copies, redacted by name. Never throws. */
export function copyFields(fields: object): Field[] {
  const copying = newCopying();
  const copied: Field[] = [];
  try {
    const source = spread(fields);
    for (const key of Object.keys(source).slice(0, MAX_WIDTH)) {
      const field = copyTopLevel(source, key, key, copying);
      if (field !== null) copied.push(field);
    }
  } catch (error) {
    copied.push({ key: 'fields', value: throwsMark(error) });
  }
  return copied;
}

function spread(value: object): object {
  const extract = (value as { [FIELDS]?: FieldsExtractor })[FIELDS];
  return extract === undefined ? value : extract(value);
}

function copyProperty(source: object, key: string, depth: number, copying: Copying): FieldValue {
  if (!state.redactor.isSensitive(key)) return copy(readProperty(source, key), depth, copying);
  copying.changes++;
  return copy(shownOf(source, key), depth, copying);
}

/** What is recorded under a name that hides what is there. */
function shownOf(source: object, key: string): unknown {
  return clearedProperty(source, key) ?? state.redactor.censor;
}

function copyPlaced(where: Where, source: object, key: string, depth: number, copying: Copying): FieldValue {
  const opened = where.hidden && clearedProperty(source, key) !== undefined ? where.opened : null;
  return copyAt(opened ?? where, () => readProperty(source, key), depth, copying);
}

/** A value where rules look at more than names. */
function copyAt(where: Where, read: () => unknown, depth: number, copying: Copying): FieldValue {
  const around = copying.where;
  const value = where.hidden ? where.replacement(read) : read();
  if (where.hidden) copying.changes++;
  copying.where = where.shown;
  const copied = copy(value, depth, copying);
  copying.where = around;
  return copied;
}

function clean(value: unknown, { where }: Copying): unknown {
  return where === null ? value : where.clean(value);
}

function copy(value: unknown, depth: number, copying: Copying): FieldValue {
  copying.left--;
  if (copying.where !== null) {
    const cleaned = clean(value, copying);
    if (!Object.is(cleaned, value)) copying.changes++;
    value = cleaned;
  }
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return value;
    case 'function':
      return functionText(value);
    case 'symbol':
      return value.toString();
    default:
      return value === null ? null : copyGuarded(value as object, depth, copying);
  }
}

function copyGuarded(value: object, depth: number, copying: Copying): FieldValue {
  const { around, where } = copying;
  if (depth > MAX_DEPTH || copying.left < 0) {
    copying.changes++;
    return TRUNCATED_MARK;
  }
  if (around.includes(value)) return '[Circular]';
  around.push(value);
  try {
    return copyObject(value, depth, copying);
  } catch (error) {
    copying.where = where;
    return clean(throwsMark(error), copying) as string;
  } finally {
    around.pop();
  }
}

function copyObject(value: object, depth: number, copying: Copying): FieldValue {
  switch (wrapKindOf(value)) {
    case 'display':
      return clean(String((value as { value: unknown }).value), copying) as string;
    case 'inspect':
      return new InspectedCopy(clean(inspectText((value as { value: unknown }).value), copying) as string);
    case 'inspected':
      return new InspectedCopy(clean(String((value as { inspected: unknown }).inspected), copying) as string);
    case 'lazy':
      return copy((value as { value: () => unknown }).value(), depth + 1, copying);
    case 'cleared':
      return copy((value as { value: unknown }).value, depth + 1, copying);
    default:
  }
  if (value instanceof Date) return new Date(value.getTime());
  if (Array.isArray(value)) return copyItems(value, depth, copying);
  if (value instanceof Error) return copyError(value, depth, copying);
  if (value instanceof Map) return copyMap(value, depth, copying);
  if (value instanceof Set) return new Set(copyItems(firstOf(Set.prototype.values.call(value)), depth, copying));
  if (ArrayBuffer.isView(value)) return copyView(value, depth, copying);
  if (value instanceof ArrayBuffer) return copyView(new Uint8Array(value), depth, copying);
  if (isUrl(value)) return copying.where === null ? String(value) : copying.where.cleanText(String(value));
  if (value instanceof RegExp) return String(value);
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return copy(value.valueOf(), depth + 1, copying);
  if (value instanceof Promise) return '[Promise]';
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value, '');
    if (json !== value) return copy(json, depth + 1, copying);
  } else if (isError(value)) return copyError(value, depth, copying);
  return copyPairs(spread(value), depth, copying);
}

function copyPairs(source: object, depth: number, copying: Copying): FieldValue {
  const copied: Record<string, FieldValue> = {};
  const keys = Object.keys(source);
  for (const [count, key] of keys.entries()) {
    if (count >= MAX_WIDTH || copying.left < 0) {
      copied[TRUNCATED_MARK] = keys.length - count;
      break;
    }
    const at = copying.where === null ? null : copying.where.below(key);
    if (at !== null && at.isDropped) {
      copying.changes++;
      continue;
    }
    const value =
      at === null ? copyProperty(source, key, depth + 1, copying) : copyPlaced(at, source, key, depth + 1, copying);
    Object.defineProperty(copied, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copied;
}

/** The error itself where nothing of it must be hidden, else one like it. */
function copyError(error: Error, depth: number, copying: Copying): Error {
  const { where, changes } = copying;
  const parts = new Map<string, FieldValue>();
  const keys = Object.keys(error).slice(0, MAX_WIDTH);
  for (const key of new Set(['message', 'stack', ...keys, 'cause', 'errors'])) {
    const value = readProperty(error, key);
    if (value === undefined) continue;
    const at = where === null ? null : where.inError(key);
    if (at?.isDropped === true) copying.changes++;
    else if (at === null) parts.set(key, copyProperty({ [key]: value }, key, depth + 1, copying));
    else
      parts.set(
        key,
        copyAt(at, () => value, depth + 1, copying),
      );
  }
  if (copying.changes === changes) return error;
  const like = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error) as object) as Error;
  const isHidden = hidesMessage(where);
  Object.defineProperty(like, 'stack', { value: '', configurable: true, writable: true });
  for (const [key, value] of parts) {
    const shown = key === 'stack' && isHidden ? without(value, error.message) : value;
    Object.defineProperty(like, key, {
      value: shown,
      enumerable: keys.includes(key),
      configurable: true,
      writable: true,
    });
  }
  return like;
}

function copyItems(items: ArrayLike<unknown>, depth: number, copying: Copying): FieldValue[] {
  const copied: FieldValue[] = [];
  for (let i = 0; i < items.length; i++) {
    if (i >= MAX_WIDTH || copying.left < 0) {
      copied.push(`[Truncated: ${items.length - i} more]`);
      break;
    }
    const at = copying.where === null ? null : copying.where.item(i);
    if (at === null) copied.push(copy(readProperty(items, i), depth + 1, copying));
    else if (at.isDropped) copying.changes++;
    else copied.push(copyAt(at, () => readProperty(items, i), depth + 1, copying));
  }
  return copied;
}

/** The first items of an iterator, and one more where there are more. */
function firstOf<T>(items: IterableIterator<T>): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) > MAX_WIDTH) break;
  return first;
}

function copyMap(map: ReadonlyMap<unknown, unknown>, depth: number, copying: Copying): FieldValue {
  const copied = new Map<FieldValue, FieldValue>();
  for (const [key, value] of firstOf(Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>).slice(
    0,
    MAX_WIDTH,
  )) {
    if (copying.left < 0) break;
    const at = copying.where === null ? null : copying.where.entry(key);
    if (at !== null) {
      if (at.isDropped) copying.changes++;
      else
        copied.set(
          copy(key, depth + 1, copying),
          copyAt(at, () => value, depth + 1, copying),
        );
      continue;
    }
    const redacted = typeof key === 'string' && state.redactor.isSensitive(key);
    if (redacted) copying.changes++;
    copied.set(copy(key, depth + 1, copying), redacted ? state.redactor.censor : copy(value, depth + 1, copying));
  }
  return copied;
}

function copyView(view: ArrayBufferView, depth: number, copying: Copying): FieldValue {
  if (!(view instanceof Uint8Array) && !(view instanceof DataView) && !(view instanceof Uint8ClampedArray)) {
    return copyItems(view as unknown as ArrayLike<unknown>, depth, copying);
  }
  return new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, MAX_BINARY_BYTES)).slice();
}
