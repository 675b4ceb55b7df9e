import type { Span } from '../core/span.js';
import { endWhenCollected } from './end-abandoned.js';
import type { BuiltInEnd, SpanEnd } from './end-span.js';
import { scopes } from './scope-store.js';

type Step = (this: object, ...args: unknown[]) => unknown;
const STEPS = ['next', 'return', 'throw'] as const;

/**
 * Generators: each step resumes the body inside the span, whoever iterates, and the span ends with the iteration: at its end, by
 * `return` (a `break` out of the loop) or by an error. The steps are shadowed on the very object.
 */
export const generatorEnd: BuiltInEnd = {
  matches: (result) => isGenerator(result, Symbol.iterator),
  attach: (result, span, end) =>
    shadowSteps(result, span, (step) => {
      return function (this: object, ...args) {
        if (span.ended) return step.apply(this, args);
        const reached = runStep(this, step, args, span, end) as IteratorResult<unknown>;
        if (reached.done === true) end.ok(span, reached.value);
        return reached;
      };
    }),
};

/** Async generators: the same, where a step is a promise. The caller gets one chained to it. */
export const asyncGeneratorEnd: BuiltInEnd = {
  matches: (result) => isGenerator(result, Symbol.asyncIterator),
  attach: (result, span, end) =>
    shadowSteps(result, span, (step) => {
      return function (this: object, ...args) {
        if (span.ended) return step.apply(this, args);
        return awaitStep(runStep(this, step, args, span, end) as Promise<IteratorResult<unknown>>, span, end);
      };
    }),
};

async function awaitStep(
  step: Promise<IteratorResult<unknown>>,
  span: Span,
  end: SpanEnd,
): Promise<IteratorResult<unknown>> {
  let result: IteratorResult<unknown>;
  try {
    result = await step;
  } catch (error) {
    end.error(span, error);
    throw error;
  }
  if (result.done === true) end.ok(span, result.value);
  return result;
}

function runStep(self: object, step: Step, args: unknown[], span: Span, end: SpanEnd): unknown {
  const before = scopes.getStore();
  scopes.enterWith(span);
  try {
    return step.apply(self, args);
  } catch (error) {
    end.error(span, error);
    throw error;
  } finally {
    scopes.enterWith(before);
  }
}

/** Also those of compilers to older languages; not the iterators of arrays and maps, which have no `throw`. */
function isGenerator(result: object, symbol: symbol): boolean {
  const steps = result as Record<string | symbol, unknown>;
  return typeof steps[symbol] === 'function' && STEPS.every((name) => typeof steps[name] === 'function');
}

function shadowSteps(result: object, span: Span, shadow: (step: Step) => Step): object | undefined {
  const depth = (depths.get(result) ?? 0) + 1;
  if (!Object.isExtensible(result) || depth > MAX_DEPTH) return undefined;
  depths.set(result, depth);
  for (const name of STEPS) {
    const value = shadow((result as Record<string, Step>)[name]);
    Object.defineProperty(result, name, { value, configurable: true, writable: true, enumerable: false });
  }
  endWhenCollected(result, span);
  return result;
}

/** How many spans wait for a generator: one for each instrumented method that handed it on. */
const MAX_DEPTH = 16;
const depths = new WeakMap<object, number>();
