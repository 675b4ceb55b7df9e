// Hot path (what `captureArguments` returns): the arguments of a call as fields. Nothing of the arguments is called.
import { stepTo } from '../core/callsite.js';
import { writeString, writeValue } from '../core/encode.js';
import { FIELDS } from '../core/field.js';
import { writeFieldText } from '../core/known-text.js';
import { SPAN_FIELDS_OFFSET } from '../core/layout.js';
import type { FieldsWriter } from '../core/span-record.js';
import { generate } from './generate.js';
import type { AnyFunction } from './protocol.js';
import { looksMinified, parameterNames } from './parameter-names.js';

/** Strings of arguments are cut here: enough for an id, too little for a document. */
const MAX_STRING_LENGTH = 128;

/** How the arguments of a method become fields. */
export interface Capture {
  /** An object of them. Called with the arguments. */
  readonly read: (this: unknown, ...args: unknown[]) => Record<string, unknown>;
  /**
   * Straight into the ring that `readyForSpan` gave, on which it is called; returns where they end. −1 where they have to go the way of
   * the object: there is one among them, a name is redacted, or something does not fit. null where it is always so.
   */
  readonly write: FieldsWriter | null;
}

interface Captured {
  readonly index: number;
  readonly name: string;
  readonly isRest: boolean;
  /** Whatever it is, because its name was asked for; else only what is safe to record unasked. */
  readonly anything: boolean;
  readonly strings: boolean;
}

/**
 * A function that makes fields of the arguments of `fn`; null where there is nothing to record. `wanted`: true = those that are numbers,
 * booleans, strings or @Fields objects; a list of names = those, whatever they are. Strings are recorded
 * only under names that somebody wrote: not where the source is minified or cannot be read.
 */
export function captureArguments(
  fn: AnyFunction,
  given: ReadonlyMap<number, string> | undefined,
  wanted: boolean | readonly string[],
  skipped: readonly string[],
): Capture | null {
  if (wanted === false) return null;
  const source = parameterNames(fn);
  const minified = source === undefined || looksMinified(source);
  const count = Math.max(source?.length ?? fn.length, ...[...(given?.keys() ?? [])].map((index) => index + 1));
  const captured: Captured[] = [];
  for (let index = 0; index < count; index++) {
    const parameter = source?.[index];
    const written = given?.get(index) ?? parameter?.name;
    const name = written ?? `arg${index}`;
    const anything = typeof wanted === 'object' && wanted.includes(name);
    if (skipped.includes(name) || name === '__proto__' || (typeof wanted === 'object' && !anything)) continue;
    const isRest = parameter?.isRest ?? false;
    if (isRest && !anything) continue;
    const strings = given?.has(index) === true || (written !== undefined && !minified);
    captured.push({ index, name, isRest, anything, strings });
  }
  if (captured.length === 0) return null;
  return { read: reader(captured) ?? interpreted(captured), write: writer(captured) ?? null };
}

const isScalar = (v: string): string =>
  `typeof ${v} === 'number' || typeof ${v} === 'boolean' || typeof ${v} === 'bigint'`;
const cutText = (v: string): string =>
  `${v}.length > ${MAX_STRING_LENGTH} ? ${v}.slice(0, ${MAX_STRING_LENGTH}) : ${v}`;

function parametersOf(captured: readonly Captured[]): string[] {
  const last = captured.at(-1)!;
  const parameters = Array.from({ length: last.index + 1 }, (_, index) => `a${index}`);
  if (last.isRest) parameters[last.index] = '...rest';
  return parameters;
}

function reader(captured: readonly Captured[]): Capture['read'] | undefined {
  const lines = captured.map(({ index, name, isRest, anything, strings }) => {
    const value = `a${index}`;
    const set = `fields[${JSON.stringify(name)}] =`;
    if (isRest) return `if (rest.length > 0) ${set} rest;`;
    const others = anything
      ? `else if (${value} !== undefined && typeof ${value} !== 'function') ${set} ${value};`
      : `else if (typeof ${value} === 'object' && ${value} !== null && hasFields(${value})) ${set} ${value};`;
    return `if (${isScalar(value)}) ${set} ${value};
else if (typeof ${value} === 'string') { ${strings || anything ? `${set} ${cutText(value)};` : ''} }
${others}`;
  });
  const body = `return (${parametersOf(captured).join(', ')}) => {\nconst fields = {};\n${lines.join('\n')}\nreturn fields;\n};`;
  return generate(body, { hasFields }) as Capture['read'] | undefined;
}

/**
 * For a method of one number it comes to
 *
 *   function (a0) {
 *     const { at } = this;
 *     let { node } = this, p = at + 72;
 *     if (typeof a0 === 'number' || …) {
 *       node = node.nextName === "order_id" ? node.next : stepTo(node, "order_id");
 *       if (node.redacted || (p = writeValue(this, p, a0)) < 0) return -1;
 *     } else if (typeof a0 === 'string') { … }
 *     else if (typeof a0 === 'object' && a0 !== null && (hasFields(a0) || this.at !== at)) return -1;
 *     this.node = node;
 *     return p - at > this.maxReferableBytes ? -1 : p;
 *   }
 *
 * `hasFields` asks an object, and a proxy may answer by recording something itself: then the place is taken.
 */
function writer(captured: readonly Captured[]): FieldsWriter | undefined {
  const names = new Set(captured.map(({ name }) => name));
  if (captured.at(-1)!.isRest || names.size !== captured.length) return undefined;
  const lines = captured.map(({ index, name, anything, strings }) => {
    const value = `a${index}`;
    const quoted = JSON.stringify(name);
    const step = `node = node.nextName === ${quoted} ? node.next : stepTo(node, ${quoted});`;
    const write = `node.learnsTexts ? writeFieldText(this, p, node, text) : writeString(this, p, text)`;
    const text = `${step} const text = ${cutText(value)}; if (node.redacted || (p = ${write}) < 0) return -1;`;
    const others = anything
      ? `else if (${value} !== undefined && typeof ${value} !== 'function') return -1;`
      : `else if (typeof ${value} === 'object' && ${value} !== null && (hasFields(${value}) || this.at !== at)) return -1;`;
    return `if (${isScalar(value)}) { ${step} if (node.redacted || (p = writeValue(this, p, ${value})) < 0) return -1; }
else if (typeof ${value} === 'string') { ${strings || anything ? text : ''} }
${others}`;
  });
  const body = `return function (${parametersOf(captured).join(', ')}) {
const { at } = this;
let { node } = this, p = at + ${SPAN_FIELDS_OFFSET};
${lines.join('\n')}
this.node = node;
return p - at > this.maxReferableBytes ? -1 : p;
};`;
  return generate(body, { hasFields, stepTo, writeFieldText, writeString, writeValue }) as FieldsWriter | undefined;
}

function interpreted(captured: readonly Captured[]): Capture['read'] {
  return (...args) => {
    const fields: Record<string, unknown> = {};
    for (const { index, name, isRest, anything, strings } of captured) {
      const value = args[index];
      if (isRest) {
        if (args.length > index) fields[name] = args.slice(index);
      } else if (typeof value === 'string') {
        if (strings || anything) fields[name] = value.slice(0, MAX_STRING_LENGTH);
      } else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
        fields[name] = value;
      } else if (anything) {
        if (value !== undefined && typeof value !== 'function') fields[name] = value;
      } else if (typeof value === 'object' && value !== null && hasFields(value)) {
        fields[name] = value;
      }
    }
    return fields;
  };
}

/** Whether its class says which of its fields may be recorded. */
function hasFields(value: object): boolean {
  try {
    return (value as { [FIELDS]?: unknown })[FIELDS] !== undefined;
  } catch {
    return false; // a proxy that throws
  }
}
