import type { Span } from '../core/span.js';
import { noteContextChange } from '../core/ring.js';
import { Context } from '../core/scope.js';
import { state } from '../core/state.js';
import { fieldsOf } from './context-fields.js';
import type { ContextKey } from './context-key.js';
import { runningScope } from './scope-store.js';

/**
 * Adds fields to the running context: from now on they are on the records of everything that shares it, also of what was started
 * before. Inside a span without a context they belong to that span. Outside any scope nothing happens. Never throws.
 *
 * @example
 * import { addContext, currentContext, withContext } from 'ttlog';
 * withContext({ request_id: 'r-1' }, () => {
 *   addContext({ user_id: 7 });
 *   return currentContext();
 * }); // => { request_id: 'r-1', user_id: 7 }
 */
export function addContext(fields: object): void;
export function addContext<T>(key: ContextKey<T>, value: T): void;
export function addContext(key: string, value: unknown): void;
export function addContext(first: string | object, ...rest: unknown[]): void {
  const scope = runningScope();
  if (scope === undefined) return;
  const added = fieldsOf(first, rest);
  let { context } = scope;
  while (context !== null && context.disposed) context = context.parent;
  if (context === null) {
    // Only a span can be a scope without a context.
    (scope as Span).context = new Context(added, undefined);
    return;
  }
  context.fields = { ...context.fields, ...added };
  if (state.ring !== null) noteContextChange(state.ring, context);
}
