// Hot path: a copy of the caller's fields, owned by the context. One object, no closure.
import { throwsMark } from '../core/field.js';
import { plainFields } from '../core/plain-fields.js';

/** A shallow copy of what the caller gave. Never throws: a field that cannot be read says so. */
export function copyOf(fields: object): Record<string, unknown> {
  try {
    // As in plainFields: a property read costs what its inline cache costs.
    const isPlain = (fields as { constructor?: unknown }).constructor === Object;
    return isPlain ? { ...fields } : { ...plainFields(fields) };
  } catch {
    return copyOneByOne(fields);
  }
}

/** The fields of a call that takes a name and a value, or an object. */
export function fieldsOf(
  first: string | { readonly name: string } | object,
  rest: readonly unknown[],
): Record<string, unknown> {
  if (rest.length === 0) return copyOf(first as object);
  return { [typeof first === 'string' ? first : (first as { readonly name: string }).name]: rest[0] };
}

function copyOneByOne(fields: object): Record<string, unknown> {
  let copy: Record<string, unknown> = {};
  try {
    const plain = plainFields(fields);
    for (const key of Object.keys(plain)) copy = { ...copy, [key]: read(plain, key) };
  } catch (error) {
    copy = { ...copy, fields: throwsMark(error) };
  }
  return copy;
}

function read(plain: Record<string, unknown>, key: string): unknown {
  try {
    return plain[key];
  } catch (error) {
    return throwsMark(error);
  }
}
