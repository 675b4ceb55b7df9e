import { runningScope, scopes } from './scope-store.js';

/**
 * A function that runs in the context and the active span of here and now, whoever calls it. For listeners (they run in the emitter's
 * context), pooled callbacks (the releaser's), `req.on('end')` and `res.on('finish')` (none). Keeps `this`, arguments, result,
 * `name` and `length`. Outside any scope the function will run outside any scope.
 *
 * @example
 * import { EventEmitter } from 'node:events';
 * import { bindContext, currentContext, withContext } from 'ttlog';
 * const requests = new EventEmitter();
 * let seen: object | undefined;
 * withContext({ request_id: 'r-1' }, () => requests.on('end', bindContext(() => (seen = currentContext()))));
 * requests.emit('end');
 * seen; // => { request_id: 'r-1' }
 */
export function bindContext<F extends (...args: never[]) => unknown>(fn: F): F {
  const scope = runningScope();
  const call = fn as unknown as (...args: unknown[]) => unknown;
  const bound = function (this: unknown, ...args: unknown[]): unknown {
    const before = scopes.getStore();
    scopes.enterWith(scope);
    try {
      return call.apply(this, args);
    } finally {
      scopes.enterWith(before);
    }
  };
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(bound, key, { value: fn[key], configurable: true });
  }
  return bound as unknown as F;
}
