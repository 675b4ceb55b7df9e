/** What an extractor has to do for one class: which properties, under which keys, converted how. */
import type { FieldOptions, FieldsOptions } from './field-options.js';
import type { Selection, TransformerStorage } from './class-transformer.js';
import { CLASS_TO_PLAIN, isSelected, storageOf } from './class-transformer.js';
import type { Convert } from './convert.js';
import { converter } from './convert.js';
import { restyle } from './key-style.js';
import type { Typing } from './nested.js';

/** One property of a class. */
export interface Entry {
  readonly property: string;
  readonly key: string;
  /** Read by itself, because reading it runs code. */
  readonly guarded: boolean;
  /** null: as it is, but for what is inside of it. */
  readonly convert: Convert | null;
  /** Its fields go where it would: under their own keys, or under keys that begin with this one's. */
  readonly flatten: boolean | 'prefix';
  /** `convert` may say that it is left out of this instance's fields. */
  readonly isConditional: boolean;
}

export interface ClassFacts {
  /** The class whose metadata counts. */
  readonly type: unknown;
  readonly options: FieldsOptions;
  readonly fields: ReadonlyMap<string, FieldOptions>;
  readonly storage: TransformerStorage | undefined;
  readonly selection: Selection;
  /** For values that no property says anything about. */
  readonly typing: Typing;
  /** True where the properties do not depend on what an instance has. */
  readonly isFixed: boolean;
}

export function classFacts(
  type: unknown,
  options: FieldsOptions,
  fields: ReadonlyMap<string, FieldOptions>,
): ClassFacts {
  const storage = storageOf(type);
  const selection: Selection = { groups: options.groups, version: options.version };
  const isFixed = options.only !== undefined || storage?.getStrategy(type) === 'excludeAll';
  return { type, options, fields, storage, selection, typing: { selection }, isFixed };
}

/** The entries for an instance with these own properties; `isAccessor` tells which of them run code when read. */
export function planEntries(
  facts: ClassFacts,
  own: readonly string[],
  isAccessor: (property: string) => boolean,
): Entry[] {
  const { fields } = facts;
  const present = new Set(own);
  return propertiesOf(facts, own).map((property) => {
    const field = fields.get(property);
    const key = keyOf(facts, property, field);
    return {
      property,
      key,
      guarded: !present.has(property) || isAccessor(property),
      convert: converter(facts, property, key, field),
      flatten: field?.flatten ?? false,
      isConditional: typeof field?.skip === 'function',
    };
  });
}

/** Own properties and exposed ones, minus excluded, hidden and skipped ones; class-transformer's order. */
function propertiesOf({ type, options, fields, storage, selection }: ClassFacts, own: readonly string[]): string[] {
  const { only } = options;
  let names = [...own];
  if (storage !== undefined) {
    if (storage.getStrategy(type) === 'excludeAll') names = [];
    names.push(...storage.getExposedProperties(type, CLASS_TO_PLAIN));
    const excluded = new Set(storage.getExcludedProperties(type, CLASS_TO_PLAIN));
    names = names.filter((name) => !excluded.has(name));
  }
  names.push(...fields.keys());
  if (only === true) names = names.filter((name) => fields.has(name));
  else if (only !== undefined) names = names.filter((name) => only.includes(name)).concat(only);
  const chosen = new Set(names);
  return [...chosen].filter((name) => {
    if (name === '__proto__' || name === 'constructor' || fields.get(name)?.skip === true) return false;
    if (storage === undefined) return true;
    if (only !== undefined && !fields.has(name) && isExcluded(storage, type, name)) return false;
    return isSelected(storage.findExposeMetadata(type, name)?.options, selection);
  });
}

function isExcluded(storage: TransformerStorage, type: unknown, name: string): boolean {
  return storage.getExcludedProperties(type, CLASS_TO_PLAIN).includes(name);
}

function keyOf(facts: ClassFacts, property: string, field: FieldOptions | undefined): string {
  const { options, storage, type } = facts;
  const named = field?.name ?? storage?.findExposeMetadata(type, property)?.options?.name;
  const name = named ?? restyle(field?.unit === undefined ? property : `${property}_${field.unit}`, options.rename);
  const unit = named !== undefined && field?.unit !== undefined ? `_${field.unit}` : '';
  return (options.prefix ?? '') + name + unit;
}
