/**
 * `@Instrument({ callback: true })`: a method that answers by calling its last argument, as Node's own do: `(error, result) => …`. The
 * span ends with that call. Without a function as the last argument the method is like any other.
 */
import { endWhenCollected, keepOpen } from '../context/end-abandoned.js';
import { isNativePromise, settle } from '../context/end-promise.js';
import type { SpanEnd } from '../context/end-span.js';
import { endWith } from '../context/end-span.js';
import { scopes } from '../context/scope-store.js';
import type { Scope } from '../core/scope.js';
import { traceScope } from '../core/silence.js';
import type { Span } from '../core/span.js';
import type { Capture } from './capture.js';
import { endOf, withComputed } from './computed.js';
import type { Instrumentation } from './instrument-options.js';
import { takeIdentity } from './metadata.js';
import type { AnyFunction } from './protocol.js';
import type { SpanSite } from './span-site.js';
import { standsFor } from './wrap.js';

/** As `wrap`. */
export function wrapCallback(
  fn: AnyFunction,
  site: SpanSite,
  options: Instrumentation,
  argumentsOf: () => Capture | null,
): AnyFunction {
  const { root, sample } = options;
  const end = endOf(options);
  let capture: Capture | null | undefined;
  const failing: SpanEnd = { ok: () => {}, error: end.error };
  // A method, so that it cannot be called with `new`.
  const methods: Record<'wrapper', AnyFunction> = {
    wrapper(this: unknown, ...args: unknown[]): unknown {
      const { target, level } = site;
      if (target !== null && level < target.recordLevel) return fn.apply(this, args);
      const before = scopes.getStore();
      const outer = traceScope(before, root, sample);
      if (outer === null) return fn.apply(this, args);
      if (capture === undefined) capture = withComputed(argumentsOf(), options);
      const span = site.open(this, outer, capture === null ? undefined : capture.read.apply(this, args));
      const callback = args.at(-1);
      const isAwaited = typeof callback === 'function';
      if (isAwaited) args[args.length - 1] = answering(callback as AnyFunction, span, end, before);
      let result: unknown;
      scopes.enterWith(span);
      try {
        result = fn.apply(this, args);
      } catch (error) {
        end.error(span, error);
        throw error;
      } finally {
        scopes.enterWith(before);
      }
      if (!isAwaited) return endWith(span, result, end);
      // An async method may fail before it gets to the callback.
      const isPromise = typeof result === 'object' && result !== null && isNativePromise(result);
      return isPromise ? settle(result as Promise<unknown>, span, failing) : result;
    },
  };
  return standsFor(fn, methods.wrapper, site);
}

/** What the method calls instead: it ends the span, once, and is the callback in the scope of whoever gave it. */
function answering(callback: AnyFunction, span: Span, end: SpanEnd, before: Scope | undefined): AnyFunction {
  const methods: Record<'answer', AnyFunction> = {
    answer(this: unknown, ...args: unknown[]): unknown {
      const [error, value] = args;
      if (!span.ended) {
        keepOpen(span);
        if (error === null || error === undefined) end.ok(span, value);
        else end.error(span, error);
      }
      const inside = scopes.getStore();
      scopes.enterWith(before);
      try {
        return callback.apply(this, args);
      } finally {
        scopes.enterWith(inside);
      }
    },
  };
  takeIdentity(methods.answer, callback);
  endWhenCollected(methods.answer, span);
  return methods.answer;
}
