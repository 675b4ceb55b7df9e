// Hot path (what `compileEntries` returns): the fields of an instance, in straight lines. One object, no loop over what to do.
import { throwsMark } from '../core/field.js';
import { plainFields } from '../core/plain-fields.js';
import type { ClassFacts, Entry } from './extract-plan.js';
import { generate } from './generate.js';
import { restyle } from './key-style.js';
import { nested } from './nested.js';

export type Extract = (instance: object) => Record<string, unknown>;

const quoted = (text: string): string => JSON.stringify(text);

/**
 * The extractor for instances that have just the properties `shape` (null: whatever they have); others go to `other`. What it is like for
 * a class with two properties and a getter:
 *
 *   (o) => {
 *     let i = 0;
 *     for (const key in o) if (key !== shape[i++]) return other(o);
 *     if (i !== 2) return other(o);
 *     try {
 *       let v, v2;
 *       v = o["id"]; const v0 = isDeep(v) ? inside(v) : v;
 *       const v1 = c1(o["iban"], o);
 *       try { v2 = inside(o["total"]); } catch (error) { v2 = mark(error); }
 *       return { "id": v0, "iban": v1, "total": v2 };
 *     } catch { return slow(o); }
 *   }
 */
export function compileEntries(
  facts: ClassFacts,
  entries: readonly Entry[],
  shape: readonly string[] | null,
  other: Extract,
): Extract {
  const slow = interpret(facts, entries);
  const check =
    shape === null
      ? ''
      : `let i = 0;
for (const key in o) if (key !== shape[i++]) return other(o);
if (i !== ${shape.length}) return other(o);`;
  const body = `return (o) => {
${check}
try {
let v${entries.map((_, i) => `, v${i}`).join('')};
${entries.map(readLine).join('\n')}
${writeLines(entries)}
} catch { return slow(o); }
};`;
  const inside = (value: unknown): unknown => nested(value, facts.typing);
  const flat = flattener(facts);
  const converters = Object.fromEntries(entries.map(({ convert }, i) => [`c${i}`, convert]));
  const generated = generate(body, { shape, other, slow, inside, flat, mark: throwsMark, ...converters });
  if (generated !== undefined) return generated as Extract;
  return (instance) => (shape === null || hasShape(instance, shape) ? slow(instance) : other(instance));
}

function readLine({ property, guarded, convert }: Entry, i: number): string {
  const read = `o[${quoted(property)}]`;
  if (guarded) {
    const made = convert === null ? `inside(${read})` : `c${i}(${read}, o)`;
    return `try { v${i} = ${made}; } catch (error) { v${i} = mark(error); }`;
  }
  if (convert !== null) return `v${i} = c${i}(${read}, o);`;
  return `v = ${read}; v${i} = typeof v === 'object' || typeof v === 'function' ? inside(v) : v;`;
}

function writeLines(entries: readonly Entry[]): string {
  if (entries.every(({ flatten }) => flatten === false)) {
    return `return { ${entries.map(({ key }, i) => `${quoted(key)}: v${i}`).join(', ')} };`;
  }
  const lines = entries.map(({ key, flatten }, i) =>
    flatten === false
      ? `out[${quoted(key)}] = v${i};`
      : `flat(out, ${quoted(key)}, v${i}, ${flatten === 'prefix' ? 'true' : 'false'});`,
  );
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
  const flat = flattener(facts);
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
      if (flatten === false) out[key] = value;
      else flat(out, key, value, flatten === 'prefix');
    }
    return out;
  };
}

/** Puts the fields of a value in place of the value. What has none stays what it is, under its key. */
function flattener({ options }: ClassFacts) {
  return (out: Record<string, unknown>, key: string, value: unknown, prefixed: boolean): void => {
    const fields = typeof value === 'object' && value !== null ? plainFields(value) : undefined;
    // A list, a date and the like are fields by one name only, `value`: theirs is the property's.
    if (fields === undefined || fields['value'] === value) {
      out[key] = value;
      return;
    }
    for (const [name, item] of Object.entries(fields)) {
      if (prefixed) out[restyle(`${key}_${name}`, options.rename)] = item;
      else if (name !== '__proto__') out[name] = item;
    }
  };
}
