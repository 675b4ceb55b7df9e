import type { Context } from '../core/scope.js';
import { runningScope } from './scope-store.js';

/**
 * The fields of the running context, merged: an inner value wins over an outer one. A new object at each call; `{}` outside any
 * context.
 *
 * @example
 * import { currentContext, withContext } from 'ttlog';
 * withContext('tenant', 'acme', () => withContext({ request_id: 'r-1' }, currentContext)); // => { tenant: 'acme', request_id: 'r-1' }
 */
export function currentContext(): Record<string, unknown> {
  const chain: Record<string, unknown>[] = [];
  let context: Context | null = runningScope()?.context ?? null;
  for (; context !== null; context = context.parent) if (!context.disposed) chain.push(context.fields);
  let merged: Record<string, unknown> = {};
  for (let i = chain.length - 1; i >= 0; i--) merged = { ...merged, ...chain[i] };
  return merged;
}
