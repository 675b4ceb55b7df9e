import type { Scope } from '../core/scope.js';
import type { AnyFunction } from './scope-store.js';
import { applyIn } from './scope-store.js';

const STEPS = ['next', 'return', 'throw'] as const;

/** What the steps of each bound iterator run in. */
const bindings = new WeakMap<object, { scope: Scope | undefined }>();

export function isIterator(target: object): boolean {
  return typeof (target as { next?: unknown }).next === 'function';
}

/** Shadows the steps of an iterator, on the very object. */
export function bindIterator(iterator: object, scope: Scope | undefined): void {
  const known = bindings.get(iterator);
  if (known !== undefined) {
    known.scope = scope;
    return;
  }
  const binding = { scope };
  for (const name of STEPS) {
    const step = (iterator as Record<string, unknown>)[name];
    if (typeof step !== 'function') continue;
    const value: AnyFunction = function (...args) {
      return applyIn(binding.scope, step as AnyFunction, this, args);
    };
    Object.defineProperty(iterator, name, { value, configurable: true, writable: true, enumerable: false });
  }
  bindings.set(iterator, binding);
}
