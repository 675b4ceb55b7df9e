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
interface Inspected {
  readonly inspected: string;
}

/** How the recording core asks an object for its fields: a plain object, new for this call, already redacted. */
export type FieldsExtractor = (instance: object) => Record<string, unknown>;

/** Where `@Fields` leaves the extractor of a class: a hidden property of its prototype. */
export const FIELDS: unique symbol = Symbol.for('ttlog.fields/1') as never;

/** Marks the wrappers below, whichever copy of ttlog made them. */
const WRAPPED: unique symbol = Symbol.for('ttlog.wrapped/1') as never;

type WrapKind = 'display' | 'inspect' | 'inspected' | 'lazy' | 'cleared';

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

/** What somebody has made of a value whose name would hide it: it is recorded all the same. */
export function cleared(value: unknown): WrappedValue {
  return new Wrapped('cleared', value);
}

/** A value that has been made so; undefined for others. Never throws. */
export function clearedIn(value: unknown): WrappedValue | undefined {
  try {
    return typeof value === 'object' && value !== null && wrapKindOf(value) === 'cleared'
      ? (value as Wrapped)
      : undefined;
  } catch {
    return undefined; // a proxy
  }
}

/** The same for a property, of which a getter is not called: what is hidden is not looked at. */
export function clearedProperty(object: object, key: string): WrappedValue | undefined {
  try {
    return clearedIn(Object.getOwnPropertyDescriptor(object, key)?.value);
  } catch {
    return undefined;
  }
}

/** The text of `inspect(v)` in an event that was built by hand: sinks and backends read `inspected`, the ring knows it by its mark. */
export class InspectedCopy implements Inspected {
  declare readonly [WRAPPED]: WrapKind;
  readonly inspected: string;
  constructor(inspected: string) {
    Object.defineProperty(this, WRAPPED, { value: 'inspected' });
    this.inspected = inspected;
  }
}

export function wrapKindOf(value: object): WrapKind | undefined {
  return (value as Partial<Wrapped>)[WRAPPED];
}

/** What stands in a record for a value that could not be read. */
export function throwsMark(error: unknown): string {
  let reason = 'unknown';
  try {
    const text: unknown = (error as { message?: unknown } | null | undefined)?.message;
    reason = String(text ?? error).slice(0, 200);
  } catch {
    // an error that cannot even be described
  }
  return `[Throws: ${reason}]`;
}

/** With this option of `util.inspect` instances of `@Fields` classes show their fields, not what they hold. */
export const INSPECT_FIELDS = 'ttlogFields';

export function inspectText(value: unknown): string {
  const { inspect: hostInspect } = state.host;
  if (hostInspect !== null) return hostInspect(value);
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_key, inner: unknown) => fieldsOrSelf(inner)) ?? String(value);
}

function fieldsOrSelf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return (value as { [FIELDS]?: FieldsExtractor })[FIELDS]?.(value) ?? value;
}
