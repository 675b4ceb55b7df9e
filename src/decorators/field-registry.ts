/** What `@Fields` and `@Field` have said about a class, found by its prototype. */
import type { FieldOptions, FieldsOptions } from './field-options.js';
import type { Member, StandardContext } from './protocol.js';

type Said = Map<string, FieldOptions>;

/** Legacy decorators: by the prototype that declares the property. */
const byPrototype = new WeakMap<object, Said>();
/** Standard decorators: by the metadata object that all decorators of a class share and that inherits from its parent's. */
const byMetadata = new WeakMap<object, Said>();
const metadataOf = new WeakMap<object, object>();
/** Standard decorators without metadata (TypeScript on a Node without `Symbol.metadata`): by the prototype of the instances seen. */
const byInstance = new WeakMap<object, Said>();
const optionsOf = new WeakMap<object, FieldsOptions>();

function entry(of: WeakMap<object, Said>, key: object): Said {
  let said = of.get(key);
  if (said === undefined) of.set(key, (said = new Map()));
  return said;
}

export function sayField({ home, key, context }: Member, options: FieldOptions): void {
  const name = String(key);
  if (home !== undefined) {
    entry(byPrototype, home).set(name, options);
  } else if (context?.metadata !== undefined && context.metadata !== null) {
    entry(byMetadata, context.metadata).set(name, options);
  } else {
    // Nothing tells whose field this is, until a constructor runs.
    let last: object | null = null;
    context?.addInitializer(function () {
      const prototype = Object.getPrototypeOf(this) as object;
      if (prototype === last) return;
      last = prototype;
      entry(byInstance, prototype).set(name, options);
    });
  }
}

export function sayFields(prototype: object, options: FieldsOptions, context: StandardContext | undefined): void {
  optionsOf.set(prototype, options);
  if (context?.metadata !== undefined && context.metadata !== null) metadataOf.set(prototype, context.metadata);
}

/** The prototypes from the outermost ancestor to this one. */
function chainOf(prototype: object): object[] {
  const chain: object[] = [];
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null)
    chain.unshift(at);
  return chain;
}

/** Of the class and its ancestors; the nearer one counts. */
export function fieldsOptions(prototype: object): FieldsOptions {
  return Object.assign({}, ...chainOf(prototype).map((one) => optionsOf.get(one))) as FieldsOptions;
}

/** Of the class and its ancestors, in the order of their declaration; the nearer one counts. */
export function fieldOptions(prototype: object): ReadonlyMap<string, FieldOptions> {
  const merged: Said = new Map();
  const add = (said: Said | undefined): void => said?.forEach((options, key) => merged.set(key, options));
  for (const one of chainOf(prototype)) {
    add(byPrototype.get(one));
    const metadata = metadataOf.get(one);
    if (metadata !== undefined) for (const each of chainOf(metadata)) add(byMetadata.get(each));
  }
  add(byInstance.get(prototype));
  return merged;
}
