import type { FieldValue } from '../core/field.js';
import { jsonString } from './escape.js';
import { InspectedText } from './values.js';

/**
 * A decoded value as JSON text, by the conventions of the log file: undefined is left out (`undefined` is returned), NaN and
 * infinities are null, a bigint is a string, a Date is ISO text, a Map an object, a Set an array, bytes are base64.
 */
export function jsonOf(value: FieldValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      return Number.isFinite(value) ? `${value}` : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'object':
      return value === null ? 'null' : jsonOfObject(value);
    default:
      return undefined;
  }
}

function jsonOfObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : `"${value.toISOString()}"`;
  if (value instanceof InspectedText) return jsonString(value.inspected);
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  if (Array.isArray(value)) return jsonOfItems(value as FieldValue[]);
  if (value instanceof Set) return jsonOfItems([...(value as Set<FieldValue>)]);
  if (value instanceof Map) return jsonOfPairs([...(value as Map<FieldValue, FieldValue>)]);
  if (value instanceof Error) return jsonOfPairs(errorPairs(value));
  return jsonOfPairs(Object.entries(value as Record<string, FieldValue>));
}

function jsonOfItems(items: readonly FieldValue[]): string {
  return `[${items.map((item) => jsonOf(item) ?? 'null').join(',')}]`;
}

function jsonOfPairs(pairs: readonly (readonly [FieldValue, FieldValue])[]): string {
  const parts: string[] = [];
  for (const [key, item] of pairs) {
    const value = jsonOf(item);
    if (value !== undefined) parts.push(`${jsonKey(key)}:${value}`);
  }
  return `{${parts.join(',')}}`;
}

function jsonKey(key: FieldValue): string {
  const json = jsonOf(key) ?? '"undefined"';
  return json.startsWith('"') ? json : jsonString(json);
}

/** What a key of a Map is called where keys have to be texts. */
export function keyText(key: FieldValue): string {
  return typeof key === 'string' ? key : (JSON.parse(jsonKey(key)) as string);
}

function errorPairs(error: Error): [string, FieldValue][] {
  const own = Object.entries(error as unknown as Record<string, FieldValue>).filter(([key]) => key !== 'cause');
  const cause: [string, FieldValue][] = error.cause === undefined ? [] : [['cause', error.cause as FieldValue]];
  return [['type', error.name], ['message', error.message], ['stack', error.stack], ...own, ...cause];
}
