import type { FieldValue } from '../core/field.js';
import { InspectedCopy } from '../core/field.js';

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * A copied value in a form that JSON can hold, by the conventions of the log file: a bigint is a string, a Date is ISO text, a Map an
 * object, a Set an array, bytes are base64, NaN and infinities are null. undefined where it has none.
 */
export function jsonSafe(value: FieldValue): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : null; // -0 is 0 in JSON
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : objectSafe(value);
    default:
      return undefined;
  }
}

function objectSafe(value: object): JsonValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof InspectedCopy) return value.inspected;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return itemsSafe(value as FieldValue[]);
  if (value instanceof Set) return itemsSafe([...(value as Set<FieldValue>)]);
  if (value instanceof Map) return pairsSafe([...(value as Map<FieldValue, FieldValue>)]);
  if (value instanceof Error)
    return pairsSafe([
      ['type', value.name],
      ['message', value.message],
    ]);
  return pairsSafe(Object.entries(value as Record<string, FieldValue>));
}

const itemsSafe = (items: readonly FieldValue[]): JsonValue => items.map((item) => jsonSafe(item) ?? null);

function pairsSafe(pairs: readonly (readonly [FieldValue, FieldValue])[]): JsonValue {
  const safe: [string, JsonValue][] = [];
  for (const [key, item] of pairs) {
    const value = jsonSafe(item);
    if (value !== undefined)
      safe.push([typeof key === 'string' ? key : (JSON.stringify(jsonSafe(key)) ?? 'undefined'), value]);
  }
  return Object.fromEntries(safe);
}
