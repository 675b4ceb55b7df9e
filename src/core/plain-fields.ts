// Hot path: the object whose own enumerable properties are an event's fields. Plain objects are themselves.
import type { FieldsExtractor } from './field.js';
import { FIELDS, throwsMark, wrapKindOf } from './field.js';
import { isError } from './is-error.js';
import { isUrl } from './platform.js';

const PLAIN = Object.prototype;
/** More than a record can have. */
const MAX_COPIED = 1024;

export function plainFields(fields: unknown): Record<string, unknown> {
  if (typeof fields !== 'object' || fields === null) return { value: fields };
  try {
    // A property read costs what its inline cache costs; `Object.getPrototypeOf` is a call, 20 ns on Node 20.
    if ((fields as { constructor?: unknown }).constructor === Object) return fields as Record<string, unknown>;
    const prototype: unknown = Object.getPrototypeOf(fields);
    if (prototype === PLAIN || prototype === null) return fields as Record<string, unknown>;
    return otherFields(fields);
  } catch (error) {
    return { fields: throwsMark(error) };
  }
}

function otherFields(fields: object): Record<string, unknown> {
  const extract = (fields as { [FIELDS]?: FieldsExtractor })[FIELDS];
  if (extract !== undefined) return extract(fields);
  if (isError(fields)) return { err: fields };
  if (Array.isArray(fields) || fields instanceof Map || fields instanceof Set || fields instanceof Date)
    return { value: fields };
  if (ArrayBuffer.isView(fields) || isUrl(fields) || wrapKindOf(fields) !== undefined) return { value: fields };
  return copyOwn({}, fields);
}

/**
 * Adds the own enumerable properties of `source`, each read once. What cannot be read says so. Keys of a class instance are copied, so
 * that those of its prototype are no fields.
 */
function copyOwn(into: Record<string, unknown>, source: object): Record<string, unknown> {
  for (const key of Object.keys(source).slice(0, MAX_COPIED)) {
    let value: unknown;
    try {
      value = (source as Record<string, unknown>)[key];
    } catch (error) {
      value = throwsMark(error);
    }
    if (key === '__proto__')
      Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
    else into[key] = value;
  }
  return into;
}

/** A new object with the fields of both, those of `second` winning. Never throws. */
export function mergeFields(first: object | undefined, second: object | undefined): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const source of [first, second]) {
    if (source === undefined) continue;
    try {
      copyOwn(merged, plainFields(source));
    } catch (error) {
      merged['fields'] = throwsMark(error);
    }
  }
  return merged;
}
