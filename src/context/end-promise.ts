// Hot path: promises. The caller gets one chained promise, never a `.then` on the side, which would mark a rejection as handled.
import type { Span } from '../core/span.js';
import type { SpanEnd } from './end-span.js';

const nativeThen = Object.getOwnPropertyDescriptor(Promise.prototype, 'then')!.value as object;
const NATIVE_THEN_SOURCE = Function.prototype.toString.call(nativeThen);

/** A promise of this realm, with nobody's `then` but the language's. */
export function isNativePromise(result: object): result is Promise<unknown> {
  try {
    return result instanceof Promise && result.then === nativeThen && result.constructor === Promise;
  } catch {
    return false; // a proxy, or a getter that throws
  }
}

/**
 * Ends the span when the promise settles. `await` of a native promise costs one microtask, as a chained `then` does; unlike that one it
 * keeps the callers in the stack traces of errors, and needs no closure.
 */
export async function settle(promise: Promise<unknown>, span: Span, end: SpanEnd): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    end.error(span, error);
    throw error;
  }
  end.ok(span, value);
  return value;
}

/**
 * The same for promises of another realm and for instances of subclasses, whose kind the chained promise keeps. undefined for what is
 * no promise, or one with a `then` of its own, which may be lazy.
 */
export function settleForeign(result: object, then: object, span: Span, end: SpanEnd): object | undefined {
  if (then !== nativeThen && Function.prototype.toString.call(then) !== NATIVE_THEN_SOURCE) return undefined;
  if (Object.prototype.toString.call(result) !== '[object Promise]' && !(result instanceof Promise)) return undefined;
  return (result as Promise<unknown>).then(
    (value) => {
      end.ok(span, value);
      return value;
    },
    (error: unknown) => {
      end.error(span, error);
      throw error;
    },
  );
}
