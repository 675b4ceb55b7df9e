// Hot path: when a span ends, given what its body returned. A value ends it at once, a promise when it settles.
import * as L from '../core/layout.js';
import type { Span } from '../core/span.js';
import { asyncGeneratorEnd, generatorEnd } from './end-generator.js';
import { observableEnd } from './end-observable.js';
import { isNativePromise, settle, settleForeign } from './end-promise.js';
import { attachRegistered } from './end-strategies.js';
import { thenableEnd } from './end-thenable.js';

/** What is recorded at a span's end. One for each instrumented method, shared by its calls. */
export interface SpanEnd {
  /** The body came to its end with this value. */
  readonly ok: (span: Span, value: unknown) => void;
  /** The body threw, or what it returned failed. */
  readonly error: (span: Span, error: unknown) => void;
}

/** A kind of returned object that goes on after the body has returned. Those of applications: end-strategies.ts. */
export interface BuiltInEnd {
  /** Whether it is of this kind. May read properties, must call nothing of the object. What it throws counts as no. */
  matches(result: object): boolean;
  /**
   * Sees to it that the span ends when the object does, once. Returns what the caller of the method gets: the very object, or one
   * that cannot be told from it. undefined where it could not be arranged: the span then ends at once.
   */
  attach(result: object, span: Span, end: SpanEnd): object | undefined;
}

/** Asked in this order; promises and what applications have registered come before them. */
const builtIn: readonly BuiltInEnd[] = [thenableEnd, observableEnd, generatorEnd, asyncGeneratorEnd];

/** The end of a span that nobody wants to add anything to. */
export const plainEnd: SpanEnd = {
  ok: (span) => span.finish(L.OUTCOME_OK, undefined, undefined),
  error: (span, error) => span.finish(L.OUTCOME_ERROR, error, undefined),
};

/** Ends the span now, or when `result` comes to its end. Returns what the caller gets. */
export function endWith(span: Span, result: unknown, end: SpanEnd = plainEnd): unknown {
  if (typeof result === 'object' && result !== null) {
    if (isNativePromise(result)) return settle(result, span, end);
    const later = attach(result, span, end);
    if (later !== undefined) return later;
  }
  end.ok(span, result);
  return result;
}

const { prototype: PLAIN } = Object;
const { prototype: ARRAY } = Array;

function attach(result: object, span: Span, end: SpanEnd): object | undefined {
  try {
    const { then } = result as { then?: unknown };
    if (then === undefined) {
      const prototype: unknown = Object.getPrototypeOf(result);
      if (prototype === PLAIN || prototype === ARRAY || prototype === null) return undefined;
    } else if (typeof then === 'function') {
      const settled = settleForeign(result, then, span, end);
      if (settled !== undefined) return settled;
    }
    const registered = attachRegistered(result, span, end);
    if (registered !== undefined) return registered;
    for (const strategy of builtIn) if (strategy.matches(result)) return strategy.attach(result, span, end);
  } catch {
    // a proxy or a getter that throws: the object is handed back as it is
  }
  return undefined;
}
