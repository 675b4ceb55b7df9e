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
/** The same, while no constructor has run: nobody knows yet whose they are. Of those that hide something, by the name of the property. */
const homeless: Said = new Map();
const withoutMetadata = new WeakSet<object>();
const optionsOf = new WeakMap<object, FieldsOptions>();

function entry(of: WeakMap<object, Said>, key: object): Said {
  let said = of.get(key);
  if (said === undefined) of.set(key, (said = new Map()));
  return said;
}

/** `onKnown` is called as soon as it is known which class something is said about: at once, or with its first instance. */
export function sayField(
  { home, key, context }: Member,
  options: FieldOptions,
  onKnown: (prototype: object) => void,
): void {
  const name = String(key);
  if (home !== undefined) {
    entry(byPrototype, home).set(name, options);
    onKnown(home);
  } else if (context?.metadata !== undefined && context.metadata !== null) {
    const { metadata } = context;
    entry(byMetadata, metadata).set(name, options);
    onNewPrototype(context, (prototype) => {
      if (isOf(prototype, metadata)) onKnown(prototype);
    });
  } else {
    sayLater(name, options, context, onKnown);
  }
}

/** Nothing tells whose field this is, until a constructor runs. */
function sayLater(
  name: string,
  options: FieldOptions,
  context: StandardContext | undefined,
  onKnown: (prototype: object) => void,
): void {
  if (hides(options)) homeless.set(name, options);
  onNewPrototype(context, (prototype) => {
    if (homeless.get(name) === options) homeless.delete(name);
    const said = entry(byInstance, prototype);
    if (said.get(name) === options) return;
    said.set(name, options);
    onKnown(prototype);
  });
}

/** A constructor runs, and makes another kind of object than last time. */
function onNewPrototype(context: StandardContext | undefined, found: (prototype: object) => void): void {
  let last: object | null = null;
  context?.addInitializer(function () {
    const prototype = Object.getPrototypeOf(this) as object;
    if (prototype === last) return;
    last = prototype;
    found(prototype);
  });
}

/** A class without `@Fields` has this metadata, as far as its constructors have shown; that of a subclass has its parent's in it. False where that is old news. */
function isOf(prototype: object, metadata: object): boolean {
  const known = metadataOf.get(prototype);
  if (known !== undefined && chainOf(known).includes(metadata)) return false;
  metadataOf.set(prototype, metadata);
  return true;
}

function hides({ skip, redact }: FieldOptions): boolean {
  return (skip !== undefined && skip !== false) || (redact !== undefined && redact !== false);
}

export function sayFields(prototype: object, options: FieldsOptions, context: StandardContext | undefined): void {
  optionsOf.set(prototype, options);
  if (context?.metadata !== undefined && context.metadata !== null) metadataOf.set(prototype, context.metadata);
  else if (context !== undefined) withoutMetadata.add(prototype);
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

/**
 * The same for an instance. Where no constructor has made it, so that nobody knows what is said about it, it is better that one property
 * too many is hidden than that one is recorded that was not to be seen.
 */
export function fieldOptionsFor(instance: object, prototype: object): ReadonlyMap<string, FieldOptions> {
  const known = fieldOptions(prototype);
  if (byInstance.has(prototype) || !chainOf(prototype).some((one) => withoutMetadata.has(one))) return known;
  return new Map([...[...homeless].filter(([name]) => name in instance), ...known]);
}
