/**
 * What is inside of a value. Objects of `@Fields` classes are left to the core, which asks them for their fields itself; those of classes
 * that only class-transformer knows become plain objects here, wherever they are. What needs no change is not copied.
 */
import { MAX_DEPTH, MAX_VALUES, MAX_WIDTH } from '../core/encode-object.js';
import { FIELDS, wrapKindOf } from '../core/field.js';
import type { Selection } from './class-transformer.js';
import { isTransformerLoaded, storageOf } from './class-transformer.js';
import { extractPlain } from './extractor.js';

export interface Typing {
  readonly selection: Selection;
  /** The class whose metadata counts, instead of the value's own. */
  readonly type?: unknown;
  readonly discriminator?: {
    readonly property: string;
    readonly subTypes: readonly { readonly name: string; readonly value: unknown }[];
  };
}

/** Objects around the one that is being looked into, and how many values there were since the outermost. */
const ancestors: object[] = [];
let looked = 0;

/** The value with what class-transformer says about the objects in it. */
export function nested(value: unknown, typing: Typing): unknown {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  return inside(value, typing);
}

/** The same for a property with `@Type`. */
export function typed(value: unknown, typing: Typing): unknown {
  const { type } = typing;
  if (value === null || value === undefined) return value;
  if (!isCollection(value)) {
    if (type === String || type === Number || type === Boolean) return (type as (v: unknown) => unknown)(value);
    if (type === Date) return new Date(value as number);
    if (typeof Buffer !== 'undefined' && type === Buffer) return Buffer.from(value as never);
  }
  return nested(value, typing);
}

function isCollection(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function inside(value: object, typing: Typing): unknown {
  if (!isTransformerLoaded() || (typing.discriminator === undefined && isOwnFields(value))) return value;
  if (ancestors.length === 0) looked = 0;
  if (ancestors.includes(value)) return '[Circular]';
  if (ancestors.length > MAX_DEPTH || looked > MAX_VALUES) return '[Truncated]';
  ancestors.push(value);
  try {
    return look(value, typing);
  } finally {
    ancestors.pop();
  }
}

function look(value: object, typing: Typing): unknown {
  if (Array.isArray(value)) return list(value, typing);
  if (value instanceof Set)
    return changed(value, list([...value].slice(0, MAX_WIDTH + 1), typing), (items) => new Set(items));
  if (value instanceof Map) return map(value, typing);
  const { type, selection, discriminator } = typing;
  if (discriminator !== undefined) return discriminated(value, selection, discriminator);
  if (isLeaf(value)) return value;
  const own: unknown = value.constructor;
  const known = typeof type === 'function' && storageOf(type) !== undefined ? type : own;
  if (typeof known === 'function' && hasMetadata(known)) return extractPlain(value, known, selection);
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? value : record(value as Record<string, unknown>, selection);
}

/** An instance of a `@Fields` class. */
export function isOwnFields(value: object): boolean {
  return (value as { [FIELDS]?: unknown })[FIELDS] !== undefined;
}

const knownClasses = new WeakMap<object, boolean>();

/** Metadata is there before the first instance is. */
function hasMetadata(type: object): boolean {
  let known = knownClasses.get(type);
  if (known === undefined) knownClasses.set(type, (known = type !== Object && storageOf(type) !== undefined));
  return known;
}

/** What the core has a form of its own for. */
function isLeaf(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof Error ||
    value instanceof RegExp ||
    value instanceof Promise ||
    ArrayBuffer.isView(value) ||
    wrapKindOf(value) !== undefined
  );
}

/** An element as deep as it goes; plain objects and arrays in arrays keep the typing of their array. */
function element(value: unknown, typing: Typing): unknown {
  looked++;
  if (typeof value === 'function') return value;
  const { type, discriminator } = typing;
  return type === undefined && discriminator === undefined ? nested(value, typing) : typed(value, typing);
}

function list(items: readonly unknown[], typing: Typing): readonly unknown[] {
  let copy: unknown[] | undefined;
  const count = Math.min(items.length, MAX_WIDTH);
  for (let i = 0; i < count; i++) {
    const item = element(items[i], typing);
    if (item !== items[i]) (copy ??= [...items])[i] = item;
  }
  return copy ?? items;
}

function changed<T extends object>(value: T, items: readonly unknown[], make: (items: readonly unknown[]) => T): T {
  const before = [...(value as unknown as Iterable<unknown>)];
  return items.every((item, i) => item === before[i]) ? value : make(items);
}

function map(value: ReadonlyMap<unknown, unknown>, typing: Typing): ReadonlyMap<unknown, unknown> {
  let copy: Map<unknown, unknown> | undefined;
  let count = 0;
  for (const [key, item] of value) {
    if (++count > MAX_WIDTH) break;
    const seen = element(item, typing);
    if (seen !== item) (copy ??= new Map(value)).set(key, seen);
  }
  return copy ?? value;
}

function record(value: Record<string, unknown>, selection: Selection): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value).slice(0, MAX_WIDTH)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !('value' in descriptor)) continue; // the core reads accessors, once
    const before: unknown = descriptor.value;
    const seen = element(before, { selection });
    if (seen !== before) Object.defineProperty((copy ??= { ...value }), key, { ...descriptor, value: seen });
  }
  return copy ?? value;
}

/** class-transformer writes the name of the subclass into the source; here it is written into what is recorded. */
function discriminated(
  value: object,
  selection: Selection,
  { property, subTypes }: NonNullable<Typing['discriminator']>,
): unknown {
  const name = subTypes.find((subType) => subType.value === value.constructor)?.name;
  const extract = (value as { [FIELDS]?: (instance: object) => object })[FIELDS];
  const plain = extract === undefined ? look(value, { selection }) : extract(value);
  return name === undefined || typeof plain !== 'object' || plain === null ? plain : { ...plain, [property]: name };
}
