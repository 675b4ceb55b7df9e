import type { Span } from '../core/span.js';
import { elapsedNs } from '../core/span.js';
import { endWhenCollected, keepOpen } from './end-abandoned.js';
import { leaveOutIdle } from './end-idle.js';
import { isNativePromise, settle } from './end-promise.js';
import type { BuiltInEnd, SpanEnd } from './end-span.js';
import { scopes } from './scope-store.js';

type Run = (this: object, ...args: unknown[]) => unknown;
type Callback = (value: unknown) => unknown;

/** What makes a query run: `await` calls `then`; mongoose's users call `exec`, others' `execute`. */
const RUNS = ['then', 'exec', 'execute'] as const;
type Runnable = Partial<Record<(typeof RUNS)[number], Run>>;

/**
 * A foreign thenable, such as a query builder: calling its `then` would execute the query, so that is left to its user. The object is
 * handed back, with the methods that run it shadowed until the first call: that call and what it starts run inside the span, which ends
 * when the query settles, and does not count the time until then. Where `then` cannot be shadowed (a frozen object) the span ends at once.
 */
export const thenableEnd: BuiltInEnd = {
  matches: (result) => typeof (result as Runnable).then === 'function',
  attach(result, span, end) {
    const { then } = result as { then: Run };
    const depth = (depths.get(then) ?? 0) + 1;
    if (depth > MAX_DEPTH || !canShadow(result, 'then')) return undefined;
    const returnedNs = elapsedNs(span);
    const takeBack: (() => void)[] = [];
    for (const name of RUNS) {
      const run = (result as Runnable)[name];
      if (typeof run !== 'function' || !canShadow(result, name)) continue;
      const shadow: Run = function (...args) {
        for (const each of takeBack) each();
        if (span.ended) return run.apply(this, args);
        keepOpen(span);
        leaveOutIdle(span, returnedNs);
        return name === 'then' ? runThen(this, run, span, end, args) : runNamed(this, run, span, end, args);
      };
      if (name === 'then') depths.set(shadow, depth);
      takeBack.push(shadowed(result, name, shadow));
    }
    endWhenCollected(result, span);
    return result;
  },
};

/** Shadows of shadows: a method that hands on what another instrumented method returned. One that hands out the same thenable for ever stops here. */
const MAX_DEPTH = 16;
const depths = new WeakMap<object, number>();

function canShadow(result: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(result, name);
  return own === undefined ? Object.isExtensible(result) : own.configurable === true;
}

/** Returns what takes the shadow away, where nobody has put another one over it. */
function shadowed(result: object, name: (typeof RUNS)[number], shadow: Run): () => void {
  const own = Object.getOwnPropertyDescriptor(result, name);
  Object.defineProperty(result, name, { value: shadow, configurable: true, writable: true, enumerable: false });
  return () => {
    if ((result as Runnable)[name] !== shadow) return;
    if (own === undefined) delete (result as Runnable)[name];
    else Object.defineProperty(result, name, own);
  };
}

function runThen(self: object, then: Run, span: Span, end: SpanEnd, args: unknown[]): unknown {
  const [onOk, onError, ...more] = args;
  const before = scopes.getStore();
  scopes.enterWith(span);
  try {
    // The user's callbacks belong to the user: they run in the scope that `then` was called in.
    return then.call(
      self,
      (value: unknown) => {
        end.ok(span, value);
        return typeof onOk === 'function' ? scopes.run(before, onOk as Callback, value) : value;
      },
      (error: unknown) => {
        end.error(span, error);
        if (typeof onError !== 'function') throw error;
        return scopes.run(before, onError as Callback, error);
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

function runNamed(self: object, run: Run, span: Span, end: SpanEnd, args: unknown[]): unknown {
  const before = scopes.getStore();
  let result: unknown;
  scopes.enterWith(span);
  try {
    result = run.apply(self, args);
  } catch (error) {
    end.error(span, error);
    throw error;
  } finally {
    scopes.enterWith(before);
  }
  if (typeof result === 'object' && result !== null && isNativePromise(result)) return settle(result, span, end);
  end.ok(span, result);
  return result;
}
