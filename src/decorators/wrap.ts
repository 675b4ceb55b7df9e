// Hot path: an instrumented call. Disabled: one comparison. Enabled: one Span, no closure, one stack frame.
import { traceScope } from '../core/silence.js';
import { endWith } from '../context/end-span.js';
import { scopes } from '../context/scope-store.js';
import type { Capture } from './capture.js';
import { endOf, withComputed } from './computed.js';
import type { Instrumentation } from './instrument-options.js';
import { takeIdentity } from './metadata.js';
import type { AnyFunction } from './protocol.js';
import type { SpanSite } from './span-site.js';

/** Functions made by `wrap`, so that a class decorator leaves alone what a method decorator has done. */
const wrappers = new WeakSet<object>();

export function isWrapped(fn: object): boolean {
  return wrappers.has(fn);
}

/** A function that does what `fn` does, inside a span. */
export function wrap(
  fn: AnyFunction,
  site: SpanSite,
  options: Instrumentation,
  argumentsOf: () => Capture | null,
): AnyFunction {
  const { root, sample } = options;
  const end = endOf(options);
  const { level } = site;
  /** Made at the first call: most methods of a service are never called. */
  let capture: Capture | null | undefined;

  // A method, so that it has no prototype and cannot be called with `new`. `arguments` is only ever handed on by `apply`, which V8 does
  // without making the object; a rest parameter that one path uses is allocated on all of them. Kept under 460 bytes of bytecode,
  // V8's limit for inlining: beyond it a disabled call costs 13 ns instead of 1.
  const methods: Record<'wrapper', AnyFunction> = {
    wrapper(this: unknown): unknown {
      const { target } = site;
      if (target !== null && level < target.recordLevel) return fn.apply(this, arguments as never);
      const before = scopes.getStore();
      const outer = traceScope(before, root, sample);
      if (outer === null) return fn.apply(this, arguments as never);
      if (capture === undefined) capture = withComputed(argumentsOf(), options);
      const ring = capture === null || capture.write === null ? null : site.ready(this, outer);
      const p = ring === null ? -1 : capture!.write!.apply(ring, arguments as never);
      const span =
        p < 0
          ? site.open(this, outer, capture === null ? undefined : capture.read.apply(this, arguments as never))
          : site.openAt(ring!, p, outer);
      scopes.enterWith(span);
      let result: unknown;
      try {
        result = fn.apply(this, arguments as never);
      } catch (error) {
        end.error(span, error);
        throw error;
      } finally {
        scopes.enterWith(before);
      }
      return endWith(span, result, end);
    },
  };
  return standsFor(fn, methods.wrapper, site);
}

/** Makes the wrapper what callers, frameworks and other decorators find in the place of `fn`. */
export function standsFor(fn: AnyFunction, wrapper: AnyFunction, site: SpanSite): AnyFunction {
  takeIdentity(wrapper, fn);
  wrappers.add(wrapper);
  site.wrapper = wrapper;
  return wrapper;
}

/** The same for a wrapper that opens no span: it has one inside, or gets one around it. */
export function standIn(fn: AnyFunction, wrapper: AnyFunction): AnyFunction {
  takeIdentity(wrapper, fn);
  if (isWrapped(fn)) wrappers.add(wrapper);
  return wrapper;
}
