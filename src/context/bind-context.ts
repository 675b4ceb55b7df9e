import type { Scope } from '../core/scope.js';
import { bindEmitter, isEmitter } from './bind-emitter.js';
import { bindIterator, isIterator } from './bind-iterator.js';
import type { AnyFunction } from './scope-store.js';
import { applyIn, runningScope } from './scope-store.js';

/**
 * Carries the context and the active span of here and now to where they do not go by themselves.
 *
 * - Of a function: one that runs in them, whoever calls it, with the same `this`, arguments, result, `name` and `length`. For listeners (they
 *   run in the emitter's context), pooled callbacks (the releaser's), `req.on('end')` and `res.on('finish')` (none).
 * - Of an EventEmitter, such as a stream: the emitter itself. Listeners added from now on run in them, and can be removed as ever.
 * - Of an iterator or an async one, such as a generator: the iterator itself. Its steps run in them, not in the consumer's.
 *
 * Outside any scope what is bound will run outside any scope. Binding again binds to the scope of that moment. Never throws.
 *
 * @example
 * import { EventEmitter } from 'node:events';
 * import { bindContext, currentContext, withContext } from 'ttlog';
 * const requests = new EventEmitter();
 * let seen: object | undefined;
 * withContext({ request_id: 'r-1' }, () => requests.on('end', bindContext(() => (seen = currentContext()))));
 * requests.emit('end');
 * seen; // => { request_id: 'r-1' }
 *
 * function* steps() {
 *   yield currentContext();
 * }
 * const bound = withContext({ request_id: 'r-2' }, () => bindContext(steps()));
 * [...bound]; // => [{ request_id: 'r-2' }]
 */
export function bindContext<T extends object>(target: T): T {
  return bindTo(target, runningScope());
}

/** As `bindContext`, to a scope that need not be the running one. */
export function bindTo<T extends object>(target: T, scope: Scope | undefined): T {
  if (typeof target === 'function') return bindFunction(target, scope) as unknown as T;
  try {
    if (isEmitter(target)) bindEmitter(target, scope);
    else if (isIterator(target)) bindIterator(target, scope);
  } catch {
    // frozen, or a proxy that refuses: it stays as it is
  }
  return target;
}

function bindFunction(fn: AnyFunction, scope: Scope | undefined): AnyFunction {
  const bound: AnyFunction = function (...args) {
    return applyIn(scope, fn, this, args);
  };
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(bound, key, { value: fn[key], configurable: true });
  }
  return bound;
}
