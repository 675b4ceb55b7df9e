// Hot path: the object whose own enumerable properties are an event's fields. Plain objects are themselves.
import type { FieldsExtractor } from './field.js';
import { FIELDS, throwsMark, wrapKindOf } from './field.js';
import { platform } from './platform.js';

const PLAIN = Object.prototype;

export function plainFields(fields: unknown): Record<string, unknown> {
  if (typeof fields !== 'object' || fields === null) return { value: fields };
  try {
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
  if (fields instanceof Error) return { err: fields };
  if (Array.isArray(fields) || fields instanceof Map || fields instanceof Set || fields instanceof Date) return { value: fields };
  if (ArrayBuffer.isView(fields) || fields instanceof platform.URL || wrapKindOf(fields) !== undefined) return { value: fields };
  return fields as Record<string, unknown>;
}
