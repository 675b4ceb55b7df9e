// Hot path (what `compileEntries` returns): the fields of an instance, in straight lines. One object, no loop over what to do.
import { throwsMark } from '../core/field.js';
import { SKIPPED } from './convert.js';
import type { ClassFacts, Entry } from './extract-plan.js';
import { flattener } from './flatten.js';
import { generate } from './generate.js';
import { nested } from './nested.js';

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
 *     if (Object.getPrototypeOf(o) !== prototype) return otherPrototype(o);
 *     let i = 0;
 *     for (const key in o) if (key !== names[i++]) return otherShape(o);
 *     if (i !== 2) return otherShape(o);
 *     try {
 *       let v, v0, v1, v2;
 *       v = o["id"]; v0 = typeof v === 'object' || typeof v === 'function' ? inside(v) : v;
 *       v1 = c1(o["iban"], o);
 *       try { v = o["total"]; v2 = typeof v === 'object' || typeof v === 'function' ? inside(v) : v; } catch (error) { v2 = mark(error); }
 *       return { "id": v0, "iban": v1, "total": v2 };
 *     } catch { return slow(o); }
 *   }
 */
export function compileEntries(
  facts: ClassFacts,
  entries: readonly Entry[],
  shape: Shape | null,
  guard: Guard | null,
): Extract {
  const slow = interpret(facts, entries);
  const lines = [
    guard === null ? '' : 'if (Object.getPrototypeOf(o) !== prototype) return otherPrototype(o);',
    shape === null ? '' : 'let i = 0;\nfor (const key in o) if (key !== names[i++]) return otherShape(o);',
    shape === null ? '' : `if (i !== ${shape.names.length}) return otherShape(o);`,
    `try {\nlet v${entries.map((_, i) => `, v${i}`).join('')};`,
    ...entries.map(readLine),
    writeLines(entries),
    '} catch { return slow(o); }',
  ];
  const generated = generate(`return (o) => {\n${lines.join('\n')}\n};`, {
    prototype: guard?.prototype,
    otherPrototype: guard?.otherwise,
    names: shape?.names,
    otherShape: shape?.otherwise,
    slow,
    inside: (value: unknown): unknown => nested(value, facts.typing),
    flat: flattener(facts.options.rename),
    skipped: SKIPPED,
    mark: throwsMark,
    ...Object.fromEntries(entries.map(({ convert }, i) => [`c${i}`, convert])),
  });
  if (generated !== undefined) return generated as Extract;
  return (instance) => {
    if (guard !== null && Object.getPrototypeOf(instance) !== guard.prototype) return guard.otherwise(instance);
    return shape === null || hasShape(instance, shape.names) ? slow(instance) : shape.otherwise(instance);
  };
}

function readLine({ property, guarded, convert }: Entry, i: number): string {
  const read = `o[${quoted(property)}]`;
  const line =
    convert === null
      ? `v = ${read}; v${i} = typeof v === 'object' || typeof v === 'function' ? inside(v) : v;`
      : `v${i} = c${i}(${read}, o);`;
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
