// Hot path: one Context, a copy of the caller's fields, no closure.
import { noFunction } from '../core/errors.js';
import { Context, liveScope } from '../core/scope.js';
import { copyOf } from './context-fields.js';
import type { ContextKey } from './context-key.js';
import { scopes } from './scope-store.js';

/**
 * Runs `fn` with fields that are on every record made meanwhile: in `fn`, in what it awaits, and in the timers and promises it starts.
 * Returns what `fn` returns, a promise included. Contexts nest: an inner value wins, and the outer one comes back afterwards.
 * The fields are copied (one level deep) at the call. A key is a string, or typed: see `contextKey`.
 *
 * What `fn` throws is passed on as it is.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where `fn` is no function. Nothing else.
 * @example
 * import { currentContext, withContext } from 'ttlog';
 * const seen = await withContext({ request_id: 'r-1', user_id: 7 }, async () => {
 *   await null;
 *   return withContext('user_id', 8, currentContext);
 * });
 * seen; // => { request_id: 'r-1', user_id: 8 }
 * currentContext(); // => {}
 */
export function withContext<T, R>(key: ContextKey<T>, value: T, fn: () => R): R;
export function withContext<R>(key: string, value: unknown, fn: () => R): R;
export function withContext<R>(fields: object, fn: () => R): R;
export function withContext(first: string | object, second: unknown, third?: () => unknown): unknown {
  if (third === undefined) return runWith(copyOf(first as object), second as () => unknown);
  return runWith({ [typeof first === 'string' ? first : (first as ContextKey<unknown>).name]: second }, third);
}

function runWith(fields: Record<string, unknown>, fn: () => unknown): unknown {
  if (typeof fn !== 'function')
    throw noFunction('withContext()', fn, "Say withContext({ request_id: 'r-1' }, () => …).");
  const before = scopes.getStore();
  scopes.enterWith(new Context(fields, before !== undefined && before.disposed ? liveScope(before) : before));
  try {
    return fn();
  } finally {
    scopes.enterWith(before);
  }
}
