// Field values as OpenTelemetry's serialisers take them: JSON-like values and bytes.
import type { Field, FieldValue } from '../../core/field.js';
import { keyText } from '../json-values.js';
import { InspectedText, RecordedError } from '../values.js';

export type Attributes = Record<string, unknown>;

/** Integers beyond do not fit into 64 bits. */
const TWO_63 = 2 ** 63;

/** An object whose keys are data: `__proto__` is a key like any other. */
export function newAttributes(): Attributes {
  return Object.create(null) as Attributes;
}

/** What is not recorded as a value of its own is left out, as in NDJSON. */
export function addFields(to: Attributes, fields: readonly Field[]): void {
  for (const { key, value } of fields) if (value !== undefined) to[key] = toAttribute(value);
}

export function toAttribute(value: FieldValue): unknown {
  switch (typeof value) {
    case 'number':
      return numberOf(value);
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    case 'object':
      return value === null ? null : objectOf(value);
    default:
      return value;
  }
}

/** The serialisers take every whole number for a 64-bit one, and JSON has no NaN. */
function numberOf(value: number): number | string {
  const fits = Number.isInteger(value) ? Math.abs(value) < TWO_63 : Number.isFinite(value);
  return fits ? value : String(value);
}

function objectOf(value: FieldValue & object): unknown {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof InspectedText) return value.inspected;
  if (value instanceof Set || Array.isArray(value)) return Array.from(value as Iterable<FieldValue>, toItem);
  if (value instanceof Map) return mapOf(value as ReadonlyMap<FieldValue, FieldValue>);
  const attributes = newAttributes();
  for (const [key, inner] of Object.entries(value))
    if (inner !== undefined) attributes[key] = toAttribute(inner as FieldValue);
  return attributes;
}

/** A place in a list stays a place. */
function toItem(value: FieldValue): unknown {
  return value === undefined ? null : toAttribute(value);
}

function mapOf(map: ReadonlyMap<FieldValue, FieldValue>): Attributes {
  const attributes = newAttributes();
  for (const [key, value] of map) attributes[keyText(key)] = toItem(value);
  return attributes;
}

/** An error by the semantic conventions: `exception.*`, and what else it has, causes for example, under its own key. */
export function addException(to: Attributes, key: string, { type, message, stack, ...rest }: RecordedError): void {
  to['exception.type'] = type;
  to['exception.message'] = message;
  to['exception.stacktrace'] = stack;
  if (Object.keys(rest).length > 0) to[key] = toAttribute(rest);
}

/** The error among the fields, where one is under the key that the six calls and failed spans use. */
export function errorOf(fields: readonly Field[]): RecordedError | undefined {
  const value = fields.find(({ key }) => key === 'err')?.value;
  return value instanceof RecordedError ? value : undefined;
}
