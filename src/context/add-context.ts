import type { Span } from '../core/span.js';
import { Context } from '../core/scope.js';
import { copyOf } from './context-fields.js';
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
export function addContext(fields: object): void {
  const scope = runningScope();
  if (scope === undefined) return;
  const added = copyOf(fields);
  let { context } = scope;
  while (context !== null && context.disposed) context = context.parent;
  if (context === null) {
    // Only a span can be a scope without a context.
    (scope as Span).context = new Context(added, undefined);
    return;
  }
  context.fields = { ...context.fields, ...added };
  context.segment = -1; // what is in the ring is out of date
}
