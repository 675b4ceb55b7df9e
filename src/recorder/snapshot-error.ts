// What was thrown, as plain data. It may be anything, and may fight back: nothing here throws, nothing of the
// application's runs that need not, and no input makes it long.
import { isDate, isMap, isNativeError, isPromise, isProxy, isSet } from 'node:util/types';
import type { Where } from '../core/redact.js';
import { hidesMessage, whereOf, without } from '../core/redact-where.js';
import { state } from '../core/state.js';

/** Data without behaviour: what JSON can hold. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** Something that was thrown. */
export interface DescribedError {
  /** The class of an error, or what else it was: `string`, `undefined`, `Object`, `Proxy`, … */
  readonly type: string;
  /** The message; for what is no error, its text. */
  readonly message: string;
  readonly stack?: string;
  /** Own properties (`code`, `statusCode`, …), redacted by name. */
  readonly properties?: Readonly<Record<string, PlainValue>>;
  readonly cause?: DescribedError;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly DescribedError[];
  /** How many more causes or errors there were than fit. */
  readonly leftOut?: number;
}

const MAX_DEPTH = 16;
const MAX_ERRORS = 64;
const MAX_SIBLINGS = 16;
const MAX_MESSAGE = 16 * 1024;
const MAX_STACK = 32 * 1024;
const MAX_PROPERTIES = 32;
const MAX_VALUE_DEPTH = 4;
const MAX_VALUE_TEXT = 1024;
const MAX_VALUES = 512;
/** What is told in words of its own, or by every error alike. */
const OWN_PLACE: ReadonlySet<PropertyKey> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

interface Budget {
  errors: number;
  values: number;
  readonly seen: Set<object>;
  /** The place of what is described, where redaction looks at more than names. */
  where: Where | null;
}

/** As the field of an event, an error is `err`: paths say so. */
function newBudget(errors: number, where: Where | null): Budget {
  return { errors, values: MAX_VALUES, seen: new Set(), where };
}

/**
 * Describes anything that can be thrown: `undefined`, strings, frozen errors, proxies, errors with getters that throw, chains of
 * causes with cycles in them. Never throws.
 */
export function describeError(thrown: unknown): DescribedError {
  try {
    return describe(thrown, 0, newBudget(MAX_ERRORS, whereOf('err')));
  } catch {
    return { type: typeof thrown, message: '[Cannot be described]' };
  }
}

function describe(thrown: unknown, depth: number, budget: Budget): DescribedError {
  budget.errors--;
  // What the rules hide as a whole.
  if (budget.where?.hidden === true) return { type: typeof thrown, message: state.redactor.censor };
  if (typeof thrown === 'function') return { type: 'function', message: '[Function]' };
  if (typeof thrown !== 'object' || thrown === null) {
    return { type: thrown === null ? 'null' : typeof thrown, message: cut(textOf(thrown, budget.where), MAX_MESSAGE) };
  }
  if (isProxy(thrown)) return { type: 'Proxy', message: '[Proxy]' };
  if (budget.seen.has(thrown)) return { type: className(thrown), message: '[Circular]' };
  budget.seen.add(thrown);

  const stack = textInError(thrown, 'stack', MAX_STACK, budget.where);
  const properties = ownProperties(thrown, budget);
  return {
    type: className(thrown),
    message: textInError(thrown, 'message', MAX_MESSAGE, budget.where) ?? (isNativeError(thrown) ? '' : kindOf(thrown)),
    ...(stack === undefined ? {} : { stack }),
    ...(properties === undefined ? {} : { properties }),
    ...related(thrown, depth, budget),
  };
}

/** The cause, and the errors of an aggregate. */
function related(error: object, depth: number, budget: Budget): Pick<DescribedError, 'cause' | 'errors' | 'leftOut'> {
  const cause = has(error, 'cause') ? [read(error, 'cause')] : [];
  const list = read(error, 'errors');
  const length = Array.isArray(list) && !isProxy(list) ? list.length : 0;
  const found: { cause?: DescribedError; errors?: DescribedError[]; leftOut?: number } = {};
  let leftOut = 0;
  // A cause of undefined says nothing.
  if (cause.length > 0 && cause[0] !== undefined) {
    if (depth < MAX_DEPTH && budget.errors > 0) found.cause = describeAt(cause[0], depth + 1, budget, ['cause']);
    else leftOut++;
  }
  if (length > 0) {
    found.errors = [];
    for (let i = 0; i < length; i++) {
      if (i >= MAX_SIBLINGS || depth >= MAX_DEPTH || budget.errors <= 0) {
        leftOut += length - i;
        break;
      }
      found.errors.push(describeAt(read(list as object, i), depth + 1, budget, ['errors', String(i)]));
    }
  }
  if (leftOut > 0) found.leftOut = leftOut;
  return found;
}

function describeAt(thrown: unknown, depth: number, budget: Budget, names: readonly string[]): DescribedError {
  const { where } = budget;
  let at = where;
  for (const name of names) {
    at = at?.below(name) ?? null;
    if (at?.hidden === true) break;
  }
  budget.where = at;
  const described = describe(thrown, depth, budget);
  budget.where = where;
  return described;
}

/** What is no error, as text. */
function textOf(thrown: unknown, where: Where | null): string {
  return where === null ? String(thrown) : String(where.clean(String(thrown)));
}

/** The message or the stack of an error, redacted as in its record. */
function textInError(error: object, key: 'message' | 'stack', limit: number, where: Where | null): string | undefined {
  const value = read(error, key);
  if (typeof value !== 'string') return undefined;
  const at = where === null ? null : where.inError(key);
  if (at === null ? state.redactor.isSensitive(key) : at.hidden) return state.redactor.censor;
  const kept = hidesMessage(where) ? without(value, read(error, 'message')) : value;
  return cut(String(at === null ? kept : at.clean(kept)), limit);
}

/** Reads a property that may be a getter that throws. */
function read(from: object, key: PropertyKey): unknown {
  try {
    return (from as Record<PropertyKey, unknown>)[key];
  } catch (error) {
    return `[Throws: ${reasonOf(error)}]`;
  }
}

function has(object: object, key: PropertyKey): boolean {
  try {
    return key in object;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  try {
    return cut(String((error as Error | undefined)?.message ?? error), 200);
  } catch {
    return 'unknown';
  }
}

function text(object: object, key: string, limit: number): string | undefined {
  const value = read(object, key);
  return typeof value === 'string' ? cut(value, limit) : undefined;
}

/** `TypeError`, also for a class that forgot to set `name`. */
function className(object: object): string {
  const name = text(object, 'name', 200);
  if (name !== undefined && name !== '' && name !== 'Error') return name;
  const constructor = read(object, 'constructor');
  const own = typeof constructor === 'function' && !isProxy(constructor) ? text(constructor, 'name', 200) : undefined;
  return own === undefined || own === '' ? (name ?? 'Object') : own;
}

function kindOf(value: object): string {
  return Array.isArray(value) ? `[Array of ${value.length}]` : '[Not an Error]';
}

function ownProperties(object: object, budget: Budget): Record<string, PlainValue> | undefined {
  let keys: string[];
  try {
    keys = Object.keys(object);
  } catch {
    return undefined;
  }
  const properties = collect(object, keys, MAX_PROPERTIES, 0, budget, OWN_PLACE);
  return Object.keys(properties).length > 0 ? properties : undefined;
}

function collect(
  object: object,
  keys: readonly string[],
  limit: number,
  depth: number,
  budget: Budget,
  except?: ReadonlySet<PropertyKey>,
): Record<string, PlainValue> {
  // Without a prototype, so that a key '__proto__' is a key like any other.
  const properties = Object.create(null) as Record<string, PlainValue>;
  let count = 0;
  for (const key of keys) {
    if (except?.has(key)) continue;
    const at = budget.where?.below(key) ?? null;
    if (at?.isDropped === true) continue;
    if (count++ >= limit || budget.values <= 0) {
      properties['…'] = `${keys.length - count + 1} more`;
      break;
    }
    const name = cut(key, 200);
    if (at === null && state.redactor.isSensitive(name)) properties[name] = state.redactor.censor;
    else properties[name] = propertyAt(object, key, depth, budget, at);
  }
  return properties;
}

/** A property where redaction looks at more than names. */
function propertyAt(object: object, key: string, depth: number, budget: Budget, at: Where | null): PlainValue {
  if (at === null) return propertyValue(object, key, depth, budget);
  const { where } = budget;
  budget.where = at.shown;
  const value = at.hidden
    ? plain(
        at.replacement(() => propertyValue(object, key, depth, budget)),
        depth,
        budget,
      )
    : propertyValue(object, key, depth, budget);
  budget.where = where;
  return value;
}

/** Getters of the application's are not run: at a crash they could do anything. */
function propertyValue(object: object, key: string, depth: number, budget: Budget): PlainValue {
  try {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined) return null;
    return 'value' in descriptor ? plain(descriptor.value, depth, budget) : '[Getter]';
  } catch (error) {
    return `[Throws: ${reasonOf(error)}]`;
  }
}

/** A value as plain data: cut, redacted by key, cycles marked. */
export function plainValue(value: unknown): PlainValue {
  try {
    return plain(value, 0, newBudget(0, whereOf('extra')));
  } catch {
    return '[Cannot be described]';
  }
}

function plain(value: unknown, depth: number, budget: Budget): PlainValue {
  budget.values--;
  switch (typeof value) {
    case 'string':
      return cut(budget.where === null ? value : String(budget.where.clean(value)), MAX_VALUE_TEXT);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'function':
      return '[Function]';
    case 'object':
      return value === null ? null : plainObject(value, depth, budget);
    default:
      return cut(String(value), MAX_VALUE_TEXT); // bigint, symbol, undefined
  }
}

function plainObject(value: object, depth: number, budget: Budget): PlainValue {
  if (isProxy(value)) return '[Proxy]';
  if (budget.seen.has(value)) return '[Circular]';
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (isNativeError(value)) {
    return `[${className(value)}: ${textInError(value, 'message', 200, budget.where) ?? ''}]`;
  }
  if (ArrayBuffer.isView(value)) return `[Binary: ${value.byteLength} bytes]`;
  if (isMap(value)) return `[Map of ${value.size}]`;
  if (isSet(value)) return `[Set of ${value.size}]`;
  if (isPromise(value)) return '[Promise]';
  if (depth >= MAX_VALUE_DEPTH || budget.values <= 0) return '[Truncated]';
  budget.seen.add(value);
  const plainOnes = Array.isArray(value)
    ? plainArray(value, depth, budget)
    : collect(value, Object.keys(value), MAX_PROPERTIES, depth + 1, budget);
  budget.seen.delete(value);
  return plainOnes;
}

function plainArray(values: readonly unknown[], depth: number, budget: Budget): PlainValue[] {
  const items: PlainValue[] = [];
  for (let i = 0; i < values.length; i++) {
    if (i >= MAX_PROPERTIES || budget.values <= 0) {
      items.push(`… ${values.length - i} more`);
      break;
    }
    items.push(propertyAt(values, String(i), depth + 1, budget, budget.where?.item(i) ?? null));
  }
  return items;
}

function cut(value: string, limit: number): string {
  return value.length > limit ? `${value.slice(0, limit)}… [${value.length - limit} more]` : value;
}
