/** Kinds of results that go on after the body has returned, known to the application only. */
import { invalidOption } from '../core/errors.js';
import type { Span } from '../core/span.js';
import type { SpanEnd } from './end-span.js';
import { scopes } from './scope-store.js';

/** How a span ends later. The first of `ok` and `error` counts; none of it throws but what `fn` throws. */
export interface Ending {
  /** The operation came to its end, with this value. */
  ok(value?: unknown): void;
  /** The operation failed. */
  error(error: unknown): void;
  /** Runs `fn` inside the span: for what the operation still does. */
  run<R>(fn: () => R): R;
}

/** A kind of result that goes on after the method has returned; see `registerEndStrategy`. */
export interface EndStrategy<T extends object = object> {
  /** Whether it is of this kind. May read properties, must call nothing of it. What it throws counts as no. */
  matches(result: object): result is T;
  /** Arranges that `ending` is told, and returns what the caller of the method gets: best the same object. */
  attach(result: T, ending: Ending): object;
}

/** Shared by the builds and copies of ttlog in this thread. */
const shared = globalThis as unknown as Record<symbol, EndStrategy[] | undefined>;
const registered: EndStrategy[] = (shared[Symbol.for('ttlog.end-strategies/1')] ??= []);

/**
 * Makes spans of `@Instrument()` and `withSpan` end when a result of this kind does, instead of when the method returns. Asked before the
 * kinds that ttlog knows itself, but for promises; never asked about plain objects, arrays and values that are no objects.
 *
 * @returns a function that takes it away again
 * @throws TtlogError `ERR_INVALID_OPTION` where a function is missing
 * @example
 * import { once } from 'node:events';
 * import { finished, Readable } from 'node:stream';
 * import { init } from 'ttlog';
 * import { Instrument, registerEndStrategy } from 'ttlog/decorators';
 * import { memorySink } from 'ttlog/sinks';
 *
 * registerEndStrategy({
 *   matches: (result) => result instanceof Readable,
 *   attach(stream, ending) {
 *     finished(stream, (error) => (error ? ending.error(error) : ending.ok()));
 *     return stream;
 *   },
 * });
 *
 * class Reports {
 *   @Instrument({ level: 'info' })
 *   download(): Readable {
 *     return Readable.from(['a', 'b']);
 *   }
 * }
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const stream = new Reports().download();
 * stream.resume();
 * await once(stream, 'close');
 * await handle.shutdown();
 * memory.records.map(({ message, outcome }) => [message, outcome]); // => [['Reports.download', 'ok']]
 */
export function registerEndStrategy<T extends object>(strategy: EndStrategy<T>): () => void {
  if (typeof strategy?.matches !== 'function' || typeof strategy.attach !== 'function') {
    throw invalidOption('an end strategy', 'an object with the functions matches and attach', strategy);
  }
  const own = strategy as unknown as EndStrategy;
  registered.push(own);
  return () => {
    const index = registered.indexOf(own);
    if (index >= 0) registered.splice(index, 1);
  };
}

/** What the caller gets, where a registered strategy takes care of it. One that throws is passed over. */
export function attachRegistered(result: object, span: Span, end: SpanEnd): object | undefined {
  for (const strategy of registered) {
    try {
      if (strategy.matches(result)) return strategy.attach(result, endingOf(span, end));
    } catch {
      // it does not know this one
    }
  }
  return undefined;
}

function endingOf(span: Span, end: SpanEnd): Ending {
  return {
    ok(value) {
      if (!span.ended) end.ok(span, value);
    },
    error(error) {
      if (!span.ended) end.error(span, error);
    },
    run(fn) {
      const before = scopes.getStore();
      scopes.enterWith(span);
      try {
        return fn();
      } finally {
        scopes.enterWith(before);
      }
    },
  };
}
