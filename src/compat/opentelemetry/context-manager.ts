import type { Context, ContextManager } from '@opentelemetry/api';
import { bindTo } from '../../context/bind-context.js';
import type { AnyFunction } from '../../context/scope-store.js';
import { applyIn, runningScope } from '../../context/scope-store.js';
import { contextOf, scopeOf } from './foreign-scope.js';

/**
 * OpenTelemetry's context manager over the one AsyncLocalStorage of ttlog: what `context.with` runs has ttlog's scope, and what ttlog runs has
 * OpenTelemetry's context. `enableOpenTelemetryCompatibility()` registers one; hand one to an SDK to keep its tracer and have ttlog's spans and
 * its spans in each other all the same.
 *
 * @example
 * import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
 * import { TtlogContextManager } from 'ttlog/opentelemetry';
 * const manager = new TtlogContextManager();
 * const tenant = createContextKey('tenant');
 * manager.with(ROOT_CONTEXT.setValue(tenant, 'acme'), () => manager.active().getValue(tenant)); // => 'acme'
 */
export class TtlogContextManager implements ContextManager {
  /** The context of what is running: also inside spans and contexts that ttlog has opened. */
  active(): Context {
    return contextOf(runningScope());
  }

  /** Runs `fn` in a context. Fields of `withContext` are those of where the context comes from; a context of nowhere keeps the running ones. */
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return applyIn(scopeOf(context), fn as unknown as AnyFunction, thisArg, args) as ReturnType<F>;
  }

  /** As `bindContext` of ttlog, to a context of OpenTelemetry's: a function, an EventEmitter, an iterator. */
  bind<T>(context: Context, target: T): T {
    const isBindable = (typeof target === 'object' && target !== null) || typeof target === 'function';
    return isBindable ? bindTo(target as T & object, scopeOf(context)) : target;
  }

  /** There is nothing to switch on. */
  enable(): this {
    return this;
  }

  /** There is nothing to switch off: what is running in a context stays in it. */
  disable(): this {
    return this;
  }
}
