import type { Span } from '../core/span.js';
import { endWhenCollected } from './end-abandoned.js';
import type { BuiltInEnd, SpanEnd } from './end-span.js';
import { scopes } from './scope-store.js';

type Step = (this: object, ...args: unknown[]) => unknown;
const STEPS = ['next', 'return', 'throw'] as const;

/** What is made of what a step has come to, outside the span. */
type Reached = (reached: unknown, span: Span, end: SpanEnd) => unknown;

/**
 * Generators: each step resumes the body inside the span, whoever iterates, and the span ends with the iteration: at its end, by
 * `return` (a `break` out of the loop) or by an error. The steps are shadowed on the very object.
 */
export const generatorEnd: BuiltInEnd = {
  matches: (result) => isGenerator(result, Symbol.iterator),
  attach: (result, span, end) =>
    shadowSteps(result, span, end, (reached) => {
      const { done, value } = reached as IteratorResult<unknown>;
      if (done === true) end.ok(span, value);
      return reached;
    }),
};

/** Async generators: the same, where a step is a promise. The caller gets one chained to it. */
export const asyncGeneratorEnd: BuiltInEnd = {
  matches: (result) => isGenerator(result, Symbol.asyncIterator),
  attach: (result, span, end) => shadowSteps(result, span, end, awaitStep),
};

async function awaitStep(step: unknown, span: Span, end: SpanEnd): Promise<unknown> {
  let result: IteratorResult<unknown>;
  try {
    result = await (step as Promise<IteratorResult<unknown>>);
  } catch (error) {
    end.error(span, error);
    throw error;
  }
  if (result.done === true) end.ok(span, result.value);
  return result;
}

/** Also those of compilers to older languages; not the iterators of arrays and maps, which have no `throw`. */
function isGenerator(result: object, symbol: symbol): boolean {
  const steps = result as Record<string | symbol, unknown>;
  return typeof steps[symbol] === 'function' && STEPS.every((name) => typeof steps[name] === 'function');
}

function shadowSteps(result: object, span: Span, end: SpanEnd, make: Reached): object | undefined {
  const depth = (depths.get(result) ?? 0) + 1;
  if (!Object.isExtensible(result) || depth > MAX_DEPTH) return undefined;
  depths.set(result, depth);
  for (const name of STEPS) {
    const step = (result as Record<string, Step>)[name];
    // The one frame that the body sees between itself and its consumer.
    const value: Step = function (...args) {
      if (span.ended) return step.apply(this, args);
      const before = scopes.getStore();
      let reached: unknown;
      scopes.enterWith(span);
      try {
        reached = step.apply(this, args);
      } catch (error) {
        end.error(span, error);
        throw error;
      } finally {
        scopes.enterWith(before);
      }
      return make(reached, span, end);
    };
    Object.defineProperty(result, name, { value, configurable: true, writable: true, enumerable: false });
  }
  endWhenCollected(result, span);
  return result;
}

/** How many spans wait for a generator: one for each instrumented method that handed it on. */
const MAX_DEPTH = 16;
const depths = new WeakMap<object, number>();
