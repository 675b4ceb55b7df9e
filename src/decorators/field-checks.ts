/** What is wrong with the fields of a class: told when decorating as far as it can be known then, else at the first instance, once. */
import { TtlogError } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import type { ClassFacts, Entry } from './extract-plan.js';
import { planEntries } from './extract-plan.js';
import { fieldOptions, fieldsOptions } from './field-registry.js';

/**
 * Throws `TtlogError` `ERR_INVALID_FIELDS` where two `@Field` properties have one key, or where flattening never ends. Properties without
 * `@Field` are not known before there is an instance, those of class-transformer not before all its decorators have run.
 */
export function checkFields(prototype: object): void {
  const options = fieldsOptions(prototype);
  const fields = fieldOptions(prototype);
  if (fields.size === 0) return;
  const selection = { groups: undefined, version: undefined };
  const type = prototype.constructor;
  const said = { type, options, fields, storage: undefined, selection, typing: { selection }, isFixed: true };
  const entries = planEntries(said, [], () => true);
  const [collision] = collisionsOf(entries);
  if (collision !== undefined) {
    const [key, properties] = collision;
    throw new TtlogError(
      'ERR_INVALID_FIELDS',
      `Expected the fields of ${type.name} to have keys of their own, got "${key}" for ${properties.join(' and ')}. Give one of them another name: @Field({ name: '…' }).`,
    );
  }
  const path = flattenCycle(prototype, prototype, []);
  if (path !== undefined) {
    throw new TtlogError(
      'ERR_INVALID_FIELDS',
      `Expected flattened fields of ${type.name} to end somewhere, got ${path.join('.')}, which is a ${type.name} again. Take its flatten away: what is nested may be a cycle.`,
    );
  }
}

/** Properties by the key that they share. Where one of them is left out by its `skip` at times, sharing is what is wanted. */
function collisionsOf(entries: readonly Entry[]): [key: string, properties: string[]][] {
  const byKey = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.flatten !== false) continue;
    const same = byKey.get(entry.key);
    if (same === undefined) byKey.set(entry.key, [entry]);
    else same.push(entry);
  }
  return [...byKey]
    .filter(([, same]) => same.length > 1 && !same.some(({ isConditional }) => isConditional))
    .map(([key, same]) => [key, same.map(({ property }) => property)]);
}

/** The flattened properties that lead from a class back to it, where the compiler has written down their types (`emitDecoratorMetadata`). */
function flattenCycle(to: object, from: object, path: readonly string[]): string[] | undefined {
  for (const [property, { flatten, skip }] of fieldOptions(from)) {
    if (flatten === undefined || flatten === false || skip === true) continue;
    const type = declaredType(from, property);
    if (type === undefined) continue;
    const here = [...path, property];
    if (type === to || Object.prototype.isPrototypeOf.call(to, type)) return here;
    const further = here.length > MAX_PATH ? undefined : flattenCycle(to, type, here);
    if (further !== undefined) return further;
  }
  return undefined;
}

/** A cycle that does not go through the class in question has been reported at its own. */
const MAX_PATH = 16;

function declaredType(prototype: object, property: string): object | undefined {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object, property: string) => unknown };
  const type = getMetadata?.('design:type', prototype, property);
  return typeof type === 'function' ? (type as { prototype?: object }).prototype : undefined;
}

const reported = new WeakMap<object, Set<string>>();

/** For what only an instance tells: one warning for each key that two of its properties share. */
export function reportCollisions({ type }: ClassFacts, entries: readonly Entry[]): void {
  for (const [key, properties] of collisionsOf(entries)) {
    const { name } = type as { name: string };
    let keys = reported.get(type as object);
    if (keys === undefined) reported.set(type as object, (keys = new Set()));
    if (keys.has(key)) continue;
    keys.add(key);
    getLogger('ttlog').warn(`Properties of ${name} share a key; the last one is recorded`, { key, properties });
  }
}
