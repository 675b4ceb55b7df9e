import { noteContextChange } from '../core/ring.js';
import { Context, liveScope } from '../core/scope.js';
import { state } from '../core/state.js';
import { fieldsOf } from './context-fields.js';
import type { ContextKey } from './context-key.js';
import { runningScope, scopes } from './scope-store.js';

/** Leaves its context when it is disposed of; again does nothing. */
class EnteredContext implements Disposable {
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  [Symbol.dispose](): void {
    const { context } = this;
    if (context.disposed) return;
    // `enterWith` leaks: into callers up to the first await, and into what was started meanwhile. There the mark makes it skipped.
    context.disposed = true;
    if (state.ring !== null) noteContextChange(state.ring, context);
    if (scopes.getStore() === context) scopes.enterWith(liveScope(context.outer));
  }
}

/**
 * Enters a context for the rest of the running function, with `using` or until it is disposed of. For where a callback does not fit;
 * `withContext` is otherwise the better choice. Once disposed of, its fields are on no record any more, wherever its
 * scope is still seen. Never throws.
 *
 * @example
 * import { currentContext, enterContext } from 'ttlog';
 * const entered = enterContext({ job_id: 7 });
 * currentContext(); // => { job_id: 7 }
 * entered[Symbol.dispose](); // or: using _ = enterContext({ job_id: 7 })
 * currentContext(); // => {}
 */
export function enterContext(fields: object): Disposable;
export function enterContext<T>(key: ContextKey<T>, value: T): Disposable;
export function enterContext(key: string, value: unknown): Disposable;
export function enterContext(first: string | object, ...rest: unknown[]): Disposable {
  const context = new Context(fieldsOf(first, rest), runningScope());
  scopes.enterWith(context);
  return new EnteredContext(context);
}
