import type { Scope } from '../core/scope.js';
import type { AnyFunction } from './scope-store.js';
import { applyIn } from './scope-store.js';

type Add = (this: object, event: unknown, listener: unknown) => unknown;
const ADD = ['on', 'addListener', 'prependListener'] as const;
const ADD_ONCE = { once: 'on', prependOnceListener: 'prependListener' } as const;

type Emitter = Record<(typeof ADD)[number] | 'removeListener' | 'emit', Add>;

/** What the listeners of each bound emitter run in. */
const bindings = new WeakMap<object, { scope: Scope | undefined }>();

export function isEmitter(target: object): target is Emitter {
  const emitter = target as Partial<Emitter>;
  return ['on', 'removeListener', 'emit'].every((name) => typeof emitter[name as 'on'] === 'function');
}

/**
 * Shadows what adds listeners, on the very object. An EventEmitter finds a listener to remove also by the `listener` property of what it
 * has, which is how `once` does it too; so nothing else need be shadowed.
 */
export function bindEmitter(emitter: Emitter, scope: Scope | undefined): void {
  const known = bindings.get(emitter);
  if (known !== undefined) {
    known.scope = scope;
    return;
  }
  const binding = { scope };
  const { on, removeListener } = emitter;
  const adders: Record<string, Add> = {
    on,
    addListener: emitter.addListener,
    prependListener: emitter.prependListener,
  };
  const shadows = new Map<string, Add>();
  for (const name of ADD) {
    const add = adders[name];
    if (typeof add !== 'function') continue;
    shadows.set(name, function (event, listener) {
      return add.call(
        this,
        event,
        typeof listener === 'function' ? bound(listener as AnyFunction, binding.scope) : listener,
      );
    });
  }
  for (const [name, adder] of Object.entries(ADD_ONCE)) {
    const add = adders[adder];
    if (typeof add !== 'function') continue;
    shadows.set(name, function (event, listener) {
      if (typeof listener !== 'function') return add.call(this, event, listener);
      const once: AnyFunction = (...args) => {
        removeListener.call(this, event, shown);
        return (listener as AnyFunction).apply(this, args);
      };
      const shown = bound(once, binding.scope, listener);
      return add.call(this, event, shown);
    });
  }
  for (const [name, value] of shadows) {
    Object.defineProperty(emitter, name, { value, configurable: true, writable: true, enumerable: false });
  }
  bindings.set(emitter, binding);
}

function bound(fn: AnyFunction, scope: Scope | undefined, listener: unknown = fn): AnyFunction {
  const shown: AnyFunction & { listener?: unknown } = function (...args) {
    return applyIn(scope, fn, this, args);
  };
  shown.listener = (listener as { listener?: unknown }).listener ?? listener;
  return shown;
}
