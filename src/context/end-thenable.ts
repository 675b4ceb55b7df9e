import type { Span } from '../core/span.js';
import { endWhenCollected, keepOpen } from './end-abandoned.js';
import type { BuiltInEnd, SpanEnd } from './end-span.js';
import { scopes } from './scope-store.js';

// oxlint-disable-next-line unicorn/no-thenable -- what this file is about
const THEN = 'then';

type Then = (this: object, onOk?: unknown, onError?: unknown, ...more: unknown[]) => unknown;

/**
 * A foreign thenable, such as a query builder: calling its `then` would execute the query, so that is left to its user. The object is
 * handed back, with its `then` shadowed until the first call: that call and what it starts run inside the span, which ends when the
 * thenable settles. Where `then` cannot be shadowed (a frozen object) the span ends at once.
 */
export const thenableEnd: BuiltInEnd = {
  matches: (result) => typeof (result as { then?: unknown }).then === 'function',
  attach(result, span, end) {
    const own = Object.getOwnPropertyDescriptor(result, 'then');
    if (own === undefined ? !Object.isExtensible(result) : own.configurable !== true) return undefined;
    const { then } = result as { then: Then };
    const depth = (depths.get(then) ?? 0) + 1;
    if (depth > MAX_DEPTH) return undefined;
    const shadow: Then = function (onOk, onError, ...more) {
      if ((result as { then: unknown }).then === shadow) {
        if (own === undefined) delete (result as { then?: unknown }).then;
        else Object.defineProperty(result, THEN, own);
      }
      if (span.ended) return then.call(this, onOk, onError, ...more);
      keepOpen(span);
      return start(this, then, span, end, onOk, onError, more);
    };
    depths.set(shadow, depth);
    Object.defineProperty(result, THEN, { value: shadow, configurable: true, writable: true, enumerable: false });
    endWhenCollected(result, span);
    return result;
  },
};

/** Shadows of shadows: a method that hands on what another instrumented method returned. One that hands out the same thenable for ever stops here. */
const MAX_DEPTH = 16;
const depths = new WeakMap<object, number>();

function start(
  self: object,
  then: Then,
  span: Span,
  end: SpanEnd,
  onOk: unknown,
  onError: unknown,
  more: unknown[],
): unknown {
  const before = scopes.getStore();
  scopes.enterWith(span);
  try {
    // The user's callbacks belong to the user: they run in the scope that `then` was called in.
    return then.call(
      self,
      (value: unknown) => {
        end.ok(span, value);
        return typeof onOk === 'function' ? scopes.run(before, () => (onOk as (v: unknown) => unknown)(value)) : value;
      },
      (error: unknown) => {
        end.error(span, error);
        if (typeof onError !== 'function') throw error;
        return scopes.run(before, () => (onError as (e: unknown) => unknown)(error));
      },
      ...more,
    );
  } catch (error) {
    end.error(span, error);
    throw error;
  } finally {
    scopes.enterWith(before);
  }
}
