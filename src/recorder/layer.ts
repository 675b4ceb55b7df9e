import type { Field } from '../core/field.js';
import type { ByteReader } from './byte-reader.js';
import { jsonFromBytes } from './json-bytes.js';
import { keyText } from './site-text.js';
import { readValue } from './values.js';

/**
 * Fields that records share (of a context, of bindings, of a span), still as bytes: where each value is. Values are decoded or
 * rendered at the first record that needs them. Valid as long as the bytes of its segment are.
 */
export class Layer {
  readonly keys: string[] = [];
  readonly #at: number[] = [];
  readonly #reader: ByteReader;
  readonly #end: number;
  #index: Map<string, number> | undefined;
  #fields: Field[] | undefined;
  #json: (string | undefined)[] | undefined;

  /** `end` is where the record ends that the values are in. */
  constructor(reader: ByteReader, end: number) {
    this.#reader = reader;
    this.#end = end;
  }

  /** Adds the value at the reader's position and steps over it. A name that is there already has a new value. */
  add(key: string): void {
    const index = (this.#index ??= new Map());
    const known = index.get(key);
    if (known === undefined) {
      index.set(key, this.keys.length);
      this.keys.push(key);
      this.#at.push(this.#reader.p);
    } else this.#at[known] = this.#reader.p;
    this.#reader.skip();
  }

  addPairs(count: number): void {
    for (let i = 0; i < count; i++) this.add(this.#reader.string());
  }

  has(key: string): boolean {
    return this.#index !== undefined && this.#index.has(key);
  }

  get fields(): readonly Field[] {
    return (this.#fields ??= this.#each((key) => ({ key, value: readValue(this.#reader) })));
  }

  /** The values as JSON text; undefined where a line leaves the field out. */
  get json(): readonly (string | undefined)[] {
    return (this.#json ??= this.#each(() => jsonFromBytes(this.#reader)));
  }

  #each<T>(read: (key: string) => T): T[] {
    const reader = this.#reader;
    const { p, end } = reader;
    reader.end = this.#end;
    try {
      return this.keys.map((key, i) => {
        reader.p = this.#at[i]!;
        return read(key);
      });
    } finally {
      reader.p = p;
      reader.end = end;
    }
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

/** The same as the text of a line: `,"request_id":"r-1"`. */
export function inheritedJson(layers: readonly Layer[], rename: Rename): string {
  let text = '';
  for (let i = 0; i < layers.length; i++) {
    const { keys, json } = layers[i];
    for (let k = 0; k < keys.length; k++) {
      const value = json[k];
      if (isShadowed(layers, i, keys[k]) || value === undefined) continue;
      const key = rename(keys[k]);
      if (key !== null) text += keyText(key) + value;
    }
  }
  return text;
}

function isShadowed(layers: readonly Layer[], index: number, key: string): boolean {
  for (let later = index + 1; later < layers.length; later++) if (layers[later].has(key)) return true;
  return false;
}
