/** `@Field({ flatten })`: the fields of a value in place of the value. */
import { MAX_DEPTH } from '../core/encode-object.js';
import { mergeFields } from '../core/plain-fields.js';
import type { KeyStyle } from './key-style.js';
import { restyle } from './key-style.js';

type Flatten = (owner: object, out: Record<string, unknown>, key: string, value: unknown, prefixed: boolean) => void;

/** Objects whose fields are being put in place of them, outermost first: one of them again would never end. */
const owners: object[] = [];

/** Puts the fields of a property's value into `out`, where the property would be. What has none stays what it is, under its key. */
export function flattener(rename: KeyStyle | undefined): Flatten {
  return (owner, out, key, value, prefixed) => {
    const inside = typeof value === 'object' && value !== null ? fieldsOf(value, owner) : value;
    if (typeof inside !== 'object' || inside === null) {
      out[key] = inside;
      return;
    }
    for (const [name, item] of Object.entries(inside)) {
      // A list, a date and the like are fields by one name only, `value`: theirs is the property's.
      if (item === value && name === 'value') out[key] = value;
      else if (prefixed) out[restyle(`${key}_${name}`, rename)] = item;
      else if (name !== '__proto__') out[name] = item;
    }
  };
}

/** A text where there is no end to them. */
function fieldsOf(value: object, owner: object): Record<string, unknown> | string {
  if (value === owner || owners.includes(value)) return '[Circular]';
  if (owners.length >= MAX_DEPTH) return '[Truncated]';
  owners.push(owner);
  try {
    return mergeFields(undefined, value);
  } finally {
    owners.pop();
  }
}
