/** The extractor of a class: which of its compiled forms serves an instance. */
import { MAX_VALUES } from '../core/encode-object.js';
import { FIELDS, INSPECT_FIELDS } from '../core/field.js';
import type { Selection } from './class-transformer.js';
import type { Extract, Guard } from './extract-code.js';
import { compileEntries, interpret, shapeOf } from './extract-code.js';
import type { ClassFacts, Entry } from './extract-plan.js';
import { classFacts, planEntries } from './extract-plan.js';
import { reportCollisions } from './field-checks.js';
import { fieldOptionsFor, fieldsOptions } from './field-registry.js';

/** Instances of one class may differ in the properties they have; beyond this many ways they are looked at one by one. */
const MAX_SHAPES = 32;
/** Nor is it kept in which way instances with more properties than these have them: no record has so many. Beyond MAX_VALUES they are not looked at. */
const MAX_KEPT_NAMES = 1024;

/**
 * What `@Fields` leaves on a prototype, until the first instance comes: by then every decorator has run, also of classes that this one
 * refers to. The compiled form then takes its place, on the instance's own prototype, so that each subclass has one.
 */
export function extractorFor(): Extract {
  const byPrototype = new WeakMap<object, Extract>();
  const extract: Extract = (instance) => {
    const prototype = Object.getPrototypeOf(instance) as object;
    let own = byPrototype.get(prototype);
    if (own === undefined) {
      const facts = classFacts(prototype.constructor, fieldsOptions(prototype), fieldOptionsFor(instance, prototype));
      const guard = { prototype, otherwise: extract };
      byPrototype.set(prototype, (own = compileClass(facts, guard, (form) => installExtractor(prototype, form))));
    }
    return own(instance);
  };
  return extract;
}

/** Hidden, and replaceable. A frozen prototype keeps what it has. */
export function installExtractor(prototype: object, extract: Extract): void {
  Reflect.defineProperty(prototype, FIELDS, { value: extract, enumerable: false, configurable: true, writable: true });
}

const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** `inspect(v)` shows what is recorded of an instance; everybody else's `util.inspect` shows it as before. */
export function installInspect(prototype: object): void {
  if (INSPECT in prototype) return;
  function inspectFields(this: object, _depth: number, options?: { [INSPECT_FIELDS]?: boolean }): object {
    const extract = (this as { [FIELDS]?: Extract })[FIELDS];
    return options?.[INSPECT_FIELDS] === true && extract !== undefined ? extract(this) : this;
  }
  Reflect.defineProperty(prototype, INSPECT, { value: inspectFields, configurable: true, writable: true });
}

/**
 * Something has been said about a field of this class, which may be different now from what it was taken for when its form was compiled.
 * A class that forgot `@Fields()` is one all the same: what one of its fields hides is not to be seen.
 */
export function renewExtractor(prototype: object): void {
  if (FIELDS in prototype && !Object.hasOwn(prototype, FIELDS)) return;
  installExtractor(prototype, extractorFor());
  installInspect(prototype);
}

const plainExtractors = new WeakMap<object, Map<string, Extract>>();

/** For an object whose class only class-transformer knows, or that `@Type` says is one. */
export function extractPlain(value: object, type: object, { groups, version }: Selection): Record<string, unknown> {
  let extractors = plainExtractors.get(type);
  if (extractors === undefined) plainExtractors.set(type, (extractors = new Map()));
  const selected = JSON.stringify([groups ?? [], version ?? null]);
  let extract = extractors.get(selected);
  if (extract === undefined) {
    const options = { ...(groups !== undefined && { groups }), ...(version !== undefined && { version }) };
    extractors.set(selected, (extract = compileClass(classFacts(type, options, new Map()), null, () => {})));
  }
  return extract(value);
}

/** One form for each set of properties that instances turn out to have; the newest is asked first, and others ask the others. */
function compileClass(facts: ClassFacts, guard: Guard | null, announce: (form: Extract) => void): Extract {
  if (facts.isFixed) {
    let form: Extract | undefined;
    return (instance) => {
      if (form === undefined) {
        const entries = planEntries(facts, [], alwaysAccessor);
        if (guard !== null) reportCollisions(facts, entries);
        announce((form = compileEntries(facts, entries, instance, null, guard)));
      }
      return form(instance);
    };
  }
  const forms = new Map<string, Extract>();
  const entriesOf = (instance: object): Entry[] =>
    planEntries(facts, Object.keys(instance).slice(0, MAX_VALUES), (property) => isAccessor(instance, property));
  const extract: Extract = (instance) => {
    const shape = shapeOf(instance);
    if (shape.length > MAX_KEPT_NAMES) return interpret(facts, entriesOf(instance))(instance);
    const name = JSON.stringify(shape); // names may have anything in them
    let form = forms.get(name);
    if (form === undefined) {
      const entries = entriesOf(instance);
      if (forms.size >= MAX_SHAPES) return interpret(facts, entries)(instance);
      if (guard !== null) reportCollisions(facts, entries);
      form = compileEntries(facts, entries, instance, { names: shape, otherwise: extract }, guard);
      forms.set(name, form);
      announce(form);
    }
    return form(instance);
  };
  return extract;
}

function isAccessor(instance: object, property: string): boolean {
  return Object.getOwnPropertyDescriptor(instance, property)?.get !== undefined;
}

const alwaysAccessor = (): boolean => true;
