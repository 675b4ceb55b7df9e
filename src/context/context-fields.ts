// Hot path: a copy of the caller's fields, owned by the context. One object, no closure.
import { throwsMark } from '../core/field.js';
import { plainFields } from '../core/plain-fields.js';

/** A shallow copy of what the caller gave. Never throws: a field that cannot be read says so. */
export function copyOf(fields: object): Record<string, unknown> {
  const plain = plainFields(fields);
  try {
    return { ...plain };
  } catch {
    return copyOneByOne(plain);
  }
}

function copyOneByOne(plain: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> = {};
  try {
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
