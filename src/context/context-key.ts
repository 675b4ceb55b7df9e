import type { Context } from '../core/scope.js';
import { runningScope } from './scope-store.js';

/**
 * A typed name of a context field: made by `contextKey`, taken by `withContext`, `enterContext` and `addContext` in the place of a
 * string. Two of one name are the same key.
 */
export interface ContextKey<T> {
  /** The name of the field. */
  readonly name: string;
  /** The value in the running context, the very one that was given; undefined outside any that has one. */
  get(): T | undefined;
  /** The field with this value, for where there are several: `withContext({ ...tenant.of('acme'), ...user.of(7) }, fn)`. */
  readonly of: (value: T) => Record<string, T>;
}

/**
 * A name for a context field that knows the type of its value. What is under it is a field like any other: on each record, in
 * `currentContext()`. Reading one costs less than `currentContext()`, which merges them all.
 *
 * @example
 * import { contextKey, currentContext, withContext } from 'ttlog';
 * const tenant = contextKey<'acme' | 'globex'>('tenant');
 * withContext(tenant, 'acme', () => [tenant.get(), currentContext()]); // => ['acme', { tenant: 'acme' }]
 * tenant.get(); // => undefined
 */
export function contextKey<T>(name: string): ContextKey<T> {
  return {
    name,
    get: () => valueOf(name) as T | undefined,
    of: (value) => ({ [name]: value }),
  };
}

function valueOf(name: string): unknown {
  for (let context: Context | null = runningScope()?.context ?? null; context !== null; context = context.parent)
    if (!context.disposed && Object.hasOwn(context.fields, name)) return context.fields[name];
  return undefined;
}
