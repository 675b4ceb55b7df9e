// Hot path (what `captureArguments` returns): the arguments of a call as fields. One object; nothing of the arguments is called.
import { FIELDS } from '../core/field.js';
import { generate } from './generate.js';
import type { AnyFunction } from './protocol.js';
import { looksMinified, parameterNames } from './parameter-names.js';

/** Strings of arguments are cut here: enough for an id, too little for a document. */
const MAX_STRING_LENGTH = 128;

/** Called with the arguments of the method. */
export type Capture = (this: unknown, ...args: unknown[]) => Record<string, unknown>;

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
  return captured.length === 0 ? null : (generated(captured) ?? interpreted(captured));
}

function generated(captured: readonly Captured[]): Capture | undefined {
  const lines = captured.map(({ index, name, isRest, anything, strings }) => {
    const set = `fields[${JSON.stringify(name)}] =`;
    if (isRest) return `if (rest.length > 0) ${set} rest;`;
    const cut = `a${index}.length > ${MAX_STRING_LENGTH} ? a${index}.slice(0, ${MAX_STRING_LENGTH}) : a${index};`;
    const others = anything
      ? `else if (a${index} !== undefined && typeof a${index} !== 'function') ${set} a${index};`
      : `else if (typeof a${index} === 'object' && a${index} !== null && hasFields(a${index})) ${set} a${index};`;
    return `if (typeof a${index} === 'number' || typeof a${index} === 'boolean' || typeof a${index} === 'bigint') ${set} a${index};
else if (typeof a${index} === 'string') { ${strings || anything ? `${set} ${cut}` : ''} }
${others}`;
  });
  const last = captured.at(-1)!;
  const parameters = Array.from({ length: last.index + 1 }, (_, index) => `a${index}`);
  if (last.isRest) parameters[last.index] = '...rest';
  const body = `return (${parameters.join(', ')}) => {\nconst fields = {};\n${lines.join('\n')}\nreturn fields;\n};`;
  return generate(body, { hasFields }) as Capture | undefined;
}

function interpreted(captured: readonly Captured[]): Capture {
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
