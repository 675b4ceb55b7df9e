import type { Field } from '../core/field.js';
import type { ByteReader } from './byte-reader.js';
import { readValue } from './values.js';

/** From this many names on they are looked up, not compared one by one. */
const MANY_KEYS = 12;

/**
 * Fields that records share (of a context, of bindings, of a span), still as bytes: where each value is. Values are decoded or
 * rendered at the first record that needs them. Valid as long as the bytes of its segment are.
 */
export class Layer {
  readonly keys: string[] = [];
  /** Where its text is among those that a LineEncoder keeps: `starts[i]` to `starts[i + 1]` for each field, as long as `keeper` is the encoder's. */
  keeper: object | undefined;
  starts: number[] = [];
  readonly #at: number[] = [];
  readonly #reader: ByteReader;
  readonly #end: number;
  #index: Map<string, number> | undefined;
  #fields: Field[] | undefined;

  /** `end` is where the record ends that the values are in. */
  constructor(reader: ByteReader, end: number) {
    this.#reader = reader;
    this.#end = end;
  }

  /** Adds the value at the reader's position and steps over it. A name that is there already has a new value. */
  add(key: string): void {
    const known = this.#find(key);
    if (known >= 0) this.#at[known] = this.#reader.p;
    else {
      this.#index?.set(key, this.keys.length);
      this.keys.push(key);
      this.#at.push(this.#reader.p);
    }
    this.#reader.skip();
  }

  addPairs(count: number): void {
    for (let i = 0; i < count; i++) this.add(this.#reader.string());
  }

  has(key: string): boolean {
    return this.#find(key) >= 0;
  }

  get fields(): readonly Field[] {
    return (this.#fields ??= this.keys.map((key, i) => ({ key, value: this.read(i, readValue) })));
  }

  /** What `read` makes of the value of field `i`, at which the reader stands. */
  read<T>(i: number, read: (reader: ByteReader) => T): T {
    const reader = this.#reader;
    const { p, end } = reader;
    reader.p = this.#at[i]!;
    reader.end = this.#end;
    try {
      return read(reader);
    } finally {
      reader.p = p;
      reader.end = end;
    }
  }

  #find(key: string): number {
    const { keys } = this;
    if (keys.length < MANY_KEYS) return keys.indexOf(key);
    this.#index ??= new Map(keys.map((name, i) => [name, i]));
    return this.#index.get(key) ?? -1;
  }
}

/** What an inherited field is called where it has the name of one of the record's own: null = not shown. */
export type Rename = (key: string) => string | null;

/** The fields of `layers` (weakest first) that neither a later layer nor the record itself shadows. */
export function inheritedFields(layers: readonly Layer[], rename: Rename): Field[] {
  const visible: Field[] = [];
  for (let i = 0; i < layers.length; i++) {
    for (const field of layers[i].fields) {
      if (isShadowed(layers, i, field.key)) continue;
      const key = rename(field.key);
      if (key !== null) visible.push(key === field.key ? field : { key, value: field.value });
    }
  }
  return visible;
}

/** True where a later (stronger) layer has a field of that name. */
export function isShadowed(layers: readonly Layer[], index: number, key: string): boolean {
  for (let later = index + 1; later < layers.length; later++) if (layers[later].has(key)) return true;
  return false;
}
