/**
 * Copies of values for events that are handed around as objects (`EventBuilder`, backends of one's own): the same conversions and
 * bounds as in the ring, so that it makes no difference which way a value took. Cold.
 */
import { functionText, TRUNCATED_MARK } from './encode.js';
import { MAX_BINARY_BYTES, MAX_DEPTH, MAX_VALUES, MAX_WIDTH, readProperty } from './encode-object.js';
import type { Field, FieldsExtractor, FieldValue } from './field.js';
import { FIELDS, InspectedCopy, inspectText, throwsMark, wrapKindOf } from './field.js';
import { isError } from './is-error.js';
import { isUrl } from './platform.js';
import { state } from './state.js';

/** One copy in the making: how many values it may still have, and what is around the one that is copied. */
interface Copying {
  left: number;
  readonly around: object[];
}

/** A copy that later mutation does not reach (but an Error stays itself). Never throws. */
export function copyValue(value: unknown): FieldValue {
  return copy(value, 0, { left: MAX_VALUES, around: [] });
}

/** The fields of an object as a list of copies, redacted by name. Never throws. */
export function copyFields(fields: object): Field[] {
  const copying: Copying = { left: MAX_VALUES, around: [] };
  const copied: Field[] = [];
  try {
    const source = spread(fields);
    for (const key of Object.keys(source).slice(0, MAX_WIDTH))
      copied.push({ key, value: copyProperty(source, key, 0, copying) });
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
  return state.redactor.isSensitive(key) ? state.redactor.censor : copy(readProperty(source, key), depth, copying);
}

function copy(value: unknown, depth: number, copying: Copying): FieldValue {
  copying.left--;
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
  if (depth > MAX_DEPTH || copying.left < 0) return TRUNCATED_MARK;
  const { around } = copying;
  if (around.includes(value)) return '[Circular]';
  around.push(value);
  try {
    return copyObject(value, depth, copying);
  } catch (error) {
    return throwsMark(error);
  } finally {
    around.pop();
  }
}

function copyObject(value: object, depth: number, copying: Copying): FieldValue {
  switch (wrapKindOf(value)) {
    case 'display':
      return String((value as { value: unknown }).value);
    case 'inspect':
      return new InspectedCopy(inspectText((value as { value: unknown }).value));
    case 'inspected':
      return new InspectedCopy(String((value as { inspected: unknown }).inspected));
    case 'lazy':
      return copy((value as { value: () => unknown }).value(), depth + 1, copying);
    default:
  }
  if (value instanceof Date) return new Date(value.getTime());
  if (Array.isArray(value)) return copyItems(value, depth, copying);
  if (value instanceof Error) return value;
  if (value instanceof Map) return copyMap(value, depth, copying);
  if (value instanceof Set) return new Set(copyItems(firstOf(Set.prototype.values.call(value)), depth, copying));
  if (ArrayBuffer.isView(value)) return copyView(value, depth, copying);
  if (value instanceof ArrayBuffer) return copyView(new Uint8Array(value), depth, copying);
  if (isUrl(value) || value instanceof RegExp) return String(value);
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return copy(value.valueOf(), depth + 1, copying);
  if (value instanceof Promise) return '[Promise]';
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value, '');
    if (json !== value) return copy(json, depth + 1, copying);
  } else if (isError(value)) return value;
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
    const value = copyProperty(source, key, depth + 1, copying);
    Object.defineProperty(copied, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copied;
}

function copyItems(items: ArrayLike<unknown>, depth: number, copying: Copying): FieldValue[] {
  const copied: FieldValue[] = [];
  for (let i = 0; i < items.length; i++) {
    if (i >= MAX_WIDTH || copying.left < 0) {
      copied.push(`[Truncated: ${items.length - i} more]`);
      break;
    }
    copied.push(copy(readProperty(items, i), depth + 1, copying));
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
    const redacted = typeof key === 'string' && state.redactor.isSensitive(key);
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
