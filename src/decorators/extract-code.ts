// Hot path (what `compileEntries` returns): the fields of an instance, in straight lines. One object, no loop over what to do.
import { FIELDS, throwsMark } from '../core/field.js';
import { SKIPPED } from './convert.js';
import type { ClassFacts, Entry } from './extract-plan.js';
import { flattener } from './flatten.js';
import { generate } from './generate.js';
import { isOwnFields, nested } from './nested.js';

export type Extract = (instance: object) => Record<string, unknown>;

const quoted = (text: string): string => JSON.stringify(text);

/** The form is for instances with this very prototype; others go elsewhere. */
export interface Guard {
  readonly prototype: object;
  readonly otherwise: Extract;
}

/** The form is for instances with just these properties, in this order; others go elsewhere. */
export interface Shape {
  readonly names: readonly string[];
  readonly otherwise: Extract;
}

/**
 * One form of an extractor. What it is like for a class with two properties and a getter:
 *
 *   (o) => {
 *     if (o[FIELDS] === undefined || Object.getPrototypeOf(o) !== prototype) return otherPrototype(o);
 *     let n0 = "id", n1 = "iban", n2;
 *     for (const key in o) { if (key !== n0) return otherShape(o); n0 = n1; n1 = n2; }
 *     if (n0 !== undefined) return otherShape(o);
 *     try {
 *       let v, v0, v1, v2;
 *       v = o["id"]; v0 = typeof v === 'number' ? v : inside(v);
 *       v1 = c1(o["iban"], o);
 *       try { v = o["total"]; v2 = typeof v !== 'object' && typeof v !== 'function' ? v : inside(v); } catch (error) { v2 = mark(error); }
 *       return { "id": v0, "iban": v1, "total": v2 };
 *     } catch { return slow(o); }
 *   }
 *
 * A read of `o` comes before `getPrototypeOf`: V8 then knows the hidden class, and the call is a constant.
 */
export function compileEntries(
  facts: ClassFacts,
  entries: readonly Entry[],
  sample: object,
  shape: Shape | null,
  guard: Guard | null,
): Extract {
  const slow = interpret(facts, entries);
  const compiled = isCompiled(entries, shape) ? compile(facts, entries, sample, shape, guard, slow) : undefined;
  if (compiled !== undefined) return compiled;
  return (instance) => {
    if (guard !== null && Object.getPrototypeOf(instance) !== guard.prototype) return guard.otherwise(instance);
    return shape === null || hasShape(instance, shape.names) ? slow(instance) : shape.otherwise(instance);
  };
}

/** Code for more properties than these takes longer to make than it ever saves: 0.2 s for 1000, and V8 gives up on 100 000. */
const MAX_COMPILED = 256;

function isCompiled(entries: readonly Entry[], shape: Shape | null): boolean {
  return entries.length <= MAX_COMPILED && (shape === null || shape.names.length <= MAX_COMPILED);
}

/** undefined where code must not be made at run time. */
function compile(
  facts: ClassFacts,
  entries: readonly Entry[],
  sample: object,
  shape: Shape | null,
  guard: Guard | null,
  slow: Extract,
): Extract | undefined {
  const lines = [
    guard === null
      ? ''
      : 'if (o[FIELDS] === undefined || Object.getPrototypeOf(o) !== prototype) return otherPrototype(o);',
    shape === null ? '' : shapeLines(shape.names),
    `try {\nlet v${entries.map((_, i) => `, v${i}`).join('')};`,
    ...entries.map((entry, i) => readLine(entry, i, kindIn(sample, entry.property))),
    writeLines(entries),
    '} catch { return slow(o); }',
  ];
  return generate(`return (o) => {\n${lines.join('\n')}\n};`, {
    FIELDS,
    prototype: guard?.prototype,
    otherPrototype: guard?.otherwise,
    otherShape: shape?.otherwise,
    slow,
    inside: (value: unknown): unknown => nested(value, facts.typing),
    flat: flattener(facts.options.rename),
    skipped: SKIPPED,
    mark: throwsMark,
    ...Object.fromEntries(entries.map(({ convert }, i) => [`c${i}`, convert])),
  }) as Extract | undefined;
}

/** Of more names than these a few are at hand, and the next ones are taken up where those are through. */
const MAX_LOCAL_NAMES = 8;
const NAMES_AT_HAND = 4;

/**
 * Keys are compared with local variables that hold nothing but literals, each moving one up for each key. V8 then knows what they are;
 * of an element of an array it would look every time whether that is an internalized string, and whether it is in bounds. For the nine
 * keys of the objects in the benchmark that is 13 ns instead of 18 (Node 20 and 24), of which `for…in` itself is 9.
 */
function shapeLines(names: readonly string[]): string {
  const width = names.length > MAX_LOCAL_NAMES ? NAMES_AT_HAND : names.length;
  const namesFrom = (start: number): string[] =>
    Array.from(
      { length: width },
      (_, i) => `n${i} = ${start + i < names.length ? quoted(names[start + i]) : 'undefined'}`,
    );
  const moves = Array.from({ length: width }, (_, i) => `n${i} = n${i + 1};`).join(' ');
  const refills: string[] = [];
  for (let start = width; start < names.length; start += width) {
    refills.push(`case ${start}: ${namesFrom(start).join('; ')}; break;`);
  }
  const refill = refills.length === 0 ? '' : `if ((++i & ${width - 1}) === 0) switch (i) { ${refills.join(' ')} }`;
  return `let ${['i = 0', ...namesFrom(0), `n${width}`].join(', ')};
for (const key in o) { if (key !== n0) return otherShape(o); ${moves} ${refill} }
if (n0 !== undefined) return otherShape(o);`;
}

/** What the values of a property seem to be: what the first instance had is looked for first in all others. */
type Kind = 'number' | 'string' | 'boolean' | 'fields' | undefined;

function kindIn(sample: object, property: string): Kind {
  try {
    const value: unknown = Object.getOwnPropertyDescriptor(sample, property)?.value;
    const type = typeof value;
    if (type === 'number' || type === 'string' || type === 'boolean') return type;
    return type === 'object' && value !== null && isOwnFields(value as object) ? 'fields' : undefined;
  } catch {
    return undefined; // a proxy
  }
}

function readLine({ property, guarded, convert }: Entry, i: number, kind: Kind): string {
  const read = `o[${quoted(property)}]`;
  if (convert !== null) return tried(`v${i} = c${i}(${read}, o);`, i, guarded);
  const known =
    kind === undefined
      ? `typeof v !== 'object' && typeof v !== 'function'`
      : kind === 'fields'
        ? `typeof v === 'object' && v !== null && v[FIELDS] !== undefined`
        : `typeof v === '${kind}'`;
  // Only a proxy throws when it is asked for FIELDS: then getters that have been read must not be read again.
  return tried(`v = ${read}; v${i} = ${known} ? v : inside(v);`, i, guarded || kind === 'fields');
}

function tried(line: string, i: number, guarded: boolean): string {
  return guarded ? `try { ${line} } catch (error) { v${i} = mark(error); }` : line;
}

function writeLines(entries: readonly Entry[]): string {
  if (entries.every(({ flatten, isConditional }) => flatten === false && !isConditional)) {
    return `return { ${entries.map(({ key }, i) => `${quoted(key)}: v${i}`).join(', ')} };`;
  }
  const lines = entries.map(({ key, flatten, isConditional }, i) => {
    const write =
      flatten === false
        ? `out[${quoted(key)}] = v${i};`
        : `flat(o, out, ${quoted(key)}, v${i}, ${flatten === 'prefix' ? 'true' : 'false'});`;
    return isConditional ? `if (v${i} !== skipped) ${write}` : write;
  });
  return `const out = {};\n${lines.join('\n')}\nreturn out;`;
}

/** What `for…in` sees: it costs 2 ns a property where `Object.keys` makes an array. */
export function shapeOf(instance: object): string[] {
  const shape: string[] = [];
  for (const key in instance) shape.push(key);
  return shape;
}

function hasShape(instance: object, shape: readonly string[]): boolean {
  let i = 0;
  for (const key in instance) if (key !== shape[i++]) return false;
  return i === shape.length;
}

/** The same without code made at run time, and for instances whose data properties throw. */
export function interpret(facts: ClassFacts, entries: readonly Entry[]): Extract {
  const flat = flattener(facts.options.rename);
  return (instance) => {
    const out: Record<string, unknown> = {};
    for (const { property, key, convert, flatten } of entries) {
      let value: unknown;
      try {
        const read = (instance as Record<string, unknown>)[property];
        value = convert === null ? nested(read, facts.typing) : convert(read, instance);
      } catch (error) {
        value = throwsMark(error);
      }
      if (value === SKIPPED) continue;
      if (flatten === false) out[key] = value;
      else flat(instance, out, key, value, flatten === 'prefix');
    }
    return out;
  };
}
