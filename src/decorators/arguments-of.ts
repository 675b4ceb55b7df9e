/** Which arguments of a method are recorded, under which names. */
import { invalidOption } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import { argNames } from './arg.js';
import type { Capture } from './capture.js';
import { captureArguments } from './capture.js';
import type { Instrumentation } from './instrument-options.js';
import { parameterNames } from './parameter-names.js';
import type { AnyFunction, Member } from './protocol.js';

/**
 * Called at the first call of the method. Names come from `@Arg`, else from the option `params`, else from the source.
 * Throws `TtlogError` `ERR_INVALID_OPTION` at once where `params` is meant for a class.
 */
export function argumentsOf(fn: AnyFunction, { home, key }: Member, options: Instrumentation): () => Capture | null {
  const { args, skip, params = [] } = options;
  if (!isList(params)) throw invalidOption('params', 'a list of names', params, 'It is an object on a class only.');
  return () => {
    const written = [...params.entries()].filter(([, name]) => name !== '');
    const given = new Map([...written, ...argNames(home, key)]);
    const wanted = typeof args === 'object' ? args : [];
    const unknown = unknownNames(fn, given, [...skip, ...wanted]);
    if (unknown.length === 0) return captureArguments(fn, given, args, skip);
    const method = fn.name;
    getLogger('ttlog').warn('@Instrument names parameters that the method does not have', { method, unknown });
    // Minified code has other names: which one is not to be recorded, nobody can tell.
    return unknown.some((name) => skip.includes(name)) ? null : captureArguments(fn, given, args, skip);
  };
}

function unknownNames(fn: AnyFunction, given: ReadonlyMap<number, string>, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const source = parameterNames(fn) ?? Array.from({ length: fn.length }, () => ({ name: undefined }));
  const known = new Set([
    ...source.map(({ name }, index) => given.get(index) ?? name ?? `arg${index}`),
    ...given.values(),
  ]);
  return names.filter((name) => !known.has(name));
}

/** The option `params` on a class. */
export function paramsByMethod({ params = {} }: Instrumentation): (method: string) => readonly string[] {
  if (isList(params)) {
    throw invalidOption('params', 'an object on a class', params, "Write params: { charge: ['order_id'] }.");
  }
  return (method) => (Object.hasOwn(params, method) ? (params[method] ?? []) : []);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
