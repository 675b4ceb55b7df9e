/** The extractor of a class: which of its compiled forms serves an instance. */
import type { Selection } from './class-transformer.js';
import type { Extract } from './extract-code.js';
import { compileEntries, interpret, shapeOf } from './extract-code.js';
import type { ClassFacts } from './extract-plan.js';
import { classFacts, planEntries } from './extract-plan.js';
import { fieldOptions, fieldsOptions } from './field-registry.js';

/** Instances of one class may differ in the properties they have; beyond this many ways they are looked at one by one. */
const MAX_SHAPES = 32;

/**
 * What `@Fields` leaves on a prototype. It serves subclasses too: each has a form of its own. Compiled at the first use, because by then
 * every decorator has run, also of classes that this one refers to.
 */
export function extractorFor(): Extract {
  let lastPrototype: object | null = null;
  let last: Extract;
  const byPrototype = new WeakMap<object, Extract>();
  return (instance) => {
    const prototype = Object.getPrototypeOf(instance) as object;
    if (prototype !== lastPrototype) {
      let extract = byPrototype.get(prototype);
      if (extract === undefined) {
        const facts = classFacts(prototype.constructor, fieldsOptions(prototype), fieldOptions(prototype));
        byPrototype.set(prototype, (extract = compileClass(facts)));
      }
      lastPrototype = prototype;
      last = extract;
    }
    return last(instance);
  };
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
    extractors.set(selected, (extract = compileClass(classFacts(type, options, new Map()))));
  }
  return extract(value);
}

/** One form for each set of properties that instances turn out to have; the newest is asked first. */
function compileClass(facts: ClassFacts): Extract {
  if (facts.isFixed) return compileEntries(facts, planEntries(facts, [], alwaysAccessor), null, alwaysEmpty);
  const forms = new Map<string, Extract>();
  let latest: Extract = other;
  function other(instance: object): Record<string, unknown> {
    const shape = shapeOf(instance);
    const name = shape.join('\n');
    let form = forms.get(name);
    if (form === undefined) {
      const entries = planEntries(facts, Object.keys(instance), (property) => isAccessor(instance, property));
      if (forms.size >= MAX_SHAPES) return interpret(facts, entries)(instance);
      forms.set(name, (form = compileEntries(facts, entries, shape, other)));
      latest = form;
    }
    return form(instance);
  }
  return (instance) => latest(instance);
}

function isAccessor(instance: object, property: string): boolean {
  return Object.getOwnPropertyDescriptor(instance, property)?.get !== undefined;
}

const alwaysAccessor = (): boolean => true;
const alwaysEmpty: Extract = () => ({});
