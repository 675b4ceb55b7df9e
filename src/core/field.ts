import { state } from './state.js';

/** A value as sinks and backends see it. What was logged is what the value was at the call. */
export type FieldValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Date
  | Error
  | Uint8Array
  | Inspected
  | readonly FieldValue[]
  | ReadonlyMap<FieldValue, FieldValue>
  | ReadonlySet<FieldValue>
  | { readonly [key: string]: FieldValue };

/** A key and its value. */
export interface Field {
  readonly key: string;
  readonly value: FieldValue;
}

/** The text of `inspect(v)`: shown as it is, without quotes. */
export interface Inspected {
  readonly inspected: string;
}

/** How the recording core asks an object for its fields: a plain object, new for this call, already redacted. */
export type FieldsExtractor = (instance: object) => Record<string, unknown>;

/** Where `@Fields` leaves the extractor of a class: a hidden property of its prototype. */
export const FIELDS: unique symbol = Symbol.for('ttlog.fields/1') as never;

/** Marks the wrappers below, whichever copy of ttlog made them. */
const WRAPPED: unique symbol = Symbol.for('ttlog.wrapped/1') as never;

type WrapKind = 'display' | 'inspect' | 'lazy';

class Wrapped {
  readonly [WRAPPED]: WrapKind;
  readonly value: unknown;
  constructor(kind: WrapKind, value: unknown) {
    this[WRAPPED] = kind;
    this.value = value;
  }
}

/** A value with a wish about how it is recorded. Opaque; made by `display`, `inspect` and `lazy`. */
export type WrappedValue = Wrapped;

/**
 * Records a value as its `String(v)`: Rust's `%v`. For ids, URLs and other objects with a good `toString`.
 *
 * @example
 * import { display, info } from 'ttlog';
 * info('Fetched', { url: display(new URL('https://example.com/a')) });
 */
export function display(value: unknown): WrappedValue {
  return new Wrapped('display', value);
}

/**
 * Records a value as `util.inspect` shows it: Rust's `?v`. For debugging; structured values are usually better recorded as they are.
 *
 * @example
 * import { inspect, debug } from 'ttlog';
 * debug('Parsed', { options: inspect({ depth: 3, nested: { on: true } }) });
 */
export function inspect(value: unknown): WrappedValue {
  return new Wrapped('inspect', value);
}

/**
 * A value that is computed only when the event is recorded, once.
 *
 * @example
 * import { lazy, trace, setRecord } from 'ttlog';
 * let computed = 0;
 * setRecord('info');
 * trace('Dump', { state: lazy(() => ++computed) });
 * computed; // => 0
 */
export function lazy(compute: () => unknown): WrappedValue {
  return new Wrapped('lazy', compute);
}

export function wrapKindOf(value: object): WrapKind | undefined {
  return (value as Partial<Wrapped>)[WRAPPED];
}

/** What stands in a record for a value that could not be read. */
export function throwsMark(error: unknown): string {
  let reason = 'unknown';
  try {
    reason = String((error as Error)?.message ?? error).slice(0, 200);
  } catch {
    // an error that cannot even be described
  }
  return `[Throws: ${reason}]`;
}

export function inspectText(value: unknown): string {
  const { inspect: hostInspect } = state.host;
  if (hostInspect !== null) return hostInspect(value);
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? String(value)) : String(value);
}

const COPY_DEPTH = 6;
const COPY_WIDTH = 128;

/** A copy that later mutation does not reach, for backends that take LogEvents. Never throws. */
export function copyValue(value: unknown, depth = 0): FieldValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return value;
    case 'function':
      return `[Function: ${value.name || 'anonymous'}]`;
    case 'symbol':
      return value.toString();
    default:
      if (value === null) return null;
      try {
        return copyObject(value as object, depth);
      } catch (error) {
        return throwsMark(error);
      }
  }
}

function copyObject(value: object, depth: number): FieldValue {
  switch (wrapKindOf(value)) {
    case 'display':
      return String((value as Wrapped).value);
    case 'inspect':
      return { inspected: inspectText((value as Wrapped).value) };
    case 'lazy':
      return copyValue((value as { value: () => unknown }).value(), depth);
    default:
  }
  if (value instanceof Error) return value;
  if (value instanceof Date) return new Date(value.getTime());
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice(0, 1024);
  if (depth >= COPY_DEPTH) return '[Truncated]';
  if (Array.isArray(value)) return value.slice(0, COPY_WIDTH).map((item) => copyValue(item, depth + 1));
  if (value instanceof Map) {
    return new Map([...value].slice(0, COPY_WIDTH).map(([k, v]) => [copyValue(k, depth + 1), copyValue(v, depth + 1)]));
  }
  if (value instanceof Set) return new Set([...value].slice(0, COPY_WIDTH).map((item) => copyValue(item, depth + 1)));
  return Object.fromEntries(copyFields(value, depth + 1).map(({ key, value: copied }) => [key, copied]));
}

/** The fields of an object as a list of copies, redacted by name. Never throws. */
export function copyFields(fields: object, depth = 0): Field[] {
  const copied: Field[] = [];
  try {
    const extract = (fields as { [FIELDS]?: FieldsExtractor })[FIELDS];
    const source = (extract === undefined ? fields : extract(fields)) as Record<string, unknown>;
    for (const key of Object.keys(source).slice(0, COPY_WIDTH)) {
      if (state.redactor.isSensitive(key)) copied.push({ key, value: state.redactor.censor });
      else copied.push({ key, value: readField(source, key, depth) });
    }
  } catch (error) {
    copied.push({ key: 'fields', value: throwsMark(error) });
  }
  return copied;
}

function readField(source: Record<string, unknown>, key: string, depth: number): FieldValue {
  try {
    return copyValue(source[key], depth);
  } catch (error) {
    return throwsMark(error);
  }
}
