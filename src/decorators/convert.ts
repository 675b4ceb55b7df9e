/** Single values on their way into a record: what class-transformer's metadata and `@Field` say about a property. */
import { cleared, display, inspect, throwsMark } from '../core/field.js';
import { state } from '../core/state.js';
import type { TypeMetadata } from './class-transformer.js';
import { CLASS_TO_PLAIN, isSelected } from './class-transformer.js';
import type { ClassFacts } from './extract-plan.js';
import type { FieldOptions } from './field-options.js';
import { nested, typed } from './nested.js';

/** Makes the recorded value; `owner` is the object that has the property. */
export type Convert = (value: unknown, owner: object) => unknown;

/** Stands for the value of a property that its `skip` has left out. */
export const SKIPPED = Symbol('skipped');

/** null where nothing is said about the property. */
export function converter(
  facts: ClassFacts,
  property: string,
  key: string,
  field: FieldOptions | undefined,
): Convert | null {
  const convert = conversion(facts, property, key, field);
  const skip = field?.skip;
  return typeof skip === 'function' ? unless(skip, convert ?? ((value) => nested(value, facts.typing))) : convert;
}

/** The value as it is decides; what cannot be decided is not recorded. */
function unless(skip: (value: never, instance: never) => boolean, convert: Convert): Convert {
  return (value, owner) => {
    try {
      if (skip(value as never, owner as never)) return SKIPPED;
    } catch (error) {
      return throwsMark(error);
    }
    return convert(value, owner);
  };
}

function conversion(facts: ClassFacts, property: string, key: string, field: FieldOptions | undefined): Convert | null {
  const said = field === undefined ? null : asField(field);
  const isCensored = field?.redact === 'hash' || typeof field?.redact === 'function';
  if (field?.redact === true) return said;
  const steps = [transforms(facts, property), typeOf(facts, property), said].filter((step) => step !== null);
  if (steps.length === 0) return null;
  if (said === null) steps.push((value) => nested(value, facts.typing));
  return (value, owner) => {
    let result = value;
    try {
      for (const step of steps) result = step(result, owner);
      // The class knows better than the name that it is recorded under.
      return isCensored && state.redactor.isSensitive(key) ? cleared(result) : result;
    } catch (error) {
      return throwsMark(error);
    }
  };
}

/** `@Transform`: the functions of ancestors first, each given the result of the one before. */
function transforms({ storage, type, selection }: ClassFacts, property: string): Convert | null {
  if (storage === undefined) return null;
  const found = storage
    .findTransformMetadatas(type, property, CLASS_TO_PLAIN)
    .filter(({ options }) => isSelected(options, selection));
  if (found.length === 0) return null;
  const options = { ...selection };
  return (value, obj) => {
    let result = value;
    for (const { transformFn } of found) {
      result = transformFn({ value: result, key: property, obj, type: CLASS_TO_PLAIN, options });
    }
    return result;
  };
}

/** `@Type`: the class whose metadata counts for what is inside; String, Number, Boolean, Date and Buffer convert. */
function typeOf({ storage, type, selection }: ClassFacts, property: string): Convert | null {
  const metadata = storage?.findTypeMetadata(type, property);
  if (metadata === undefined) return null;
  const { discriminator } = metadata.options ?? {};
  if (discriminator?.property !== undefined && discriminator.subTypes !== undefined) {
    return (value) => typed(value, { selection, discriminator: discriminator as never });
  }
  return (value, object) => typed(value, { selection, type: namedType(metadata, object, property) });
}

/** The thunk may need the object, or a class that was not defined yet when it was written down. */
function namedType({ typeFunction, reflectedType }: TypeMetadata, object: object, property: string): unknown {
  const named = typeFunction === undefined ? reflectedType : typeFunction({ newObject: {}, object, property });
  return named === Object || named === Array || named === Map || named === Set ? undefined : named;
}

function asField({ redact, as }: FieldOptions): Convert | null {
  if (redact === true) return (value) => present(value, () => state.redactor.censor);
  if (redact === 'hash')
    return (value) => present(value, () => state.host.hash?.(hashable(value)) ?? state.redactor.censor);
  if (typeof redact === 'function') return (value) => present(value, () => redact(value as never));
  if (as === 'display') return (value) => present(value, () => display(value));
  if (as === 'inspect') return inspect;
  return null;
}

function present(value: unknown, convert: () => unknown): unknown {
  return value === undefined || value === null ? value : convert();
}

function hashable(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
