// Hot path: the one AsyncLocalStorage of the library. A scope is opened by `enterWith` and the scope before is put back in `finally`.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from '../core/scope.js';
import { liveScope } from '../core/scope.js';
import { state } from '../core/state.js';

/**
 * Installed once a thread, under the shared state: another build or copy of ttlog that came first has installed it already.
 *
 * Whoever opens a scope does what `AsyncLocalStorage.run` does, but by hand: `const before = scopes.getStore()`, `scopes.enterWith(scope)`,
 * and `scopes.enterWith(before)` in `finally`. That is the same on every Node (see test/context/scope-store.test.ts), needs no closure to
 * carry `this` and arguments, reads the store once, and leaves no frame of node's in the stacks of errors.
 */
export const scopes: AsyncLocalStorage<Scope | undefined> = (state.scopes ??= new AsyncLocalStorage<
  Scope | undefined
>()) as never;

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Runs `fn` in a scope, and returns what it returns. Where that scope is running already nothing is switched: to and fro costs some 15 ns on
 * Node 20 and 22, and 170 ns on 24 and 26.
 */
export function runIn<R>(scope: Scope | undefined, fn: () => R): R {
  const before = scopes.getStore();
  if (before === scope) return fn();
  scopes.enterWith(scope);
  try {
    return fn();
  } finally {
    scopes.enterWith(before);
  }
}

/** As `runIn`, with `this` and arguments. */
export function applyIn(scope: Scope | undefined, fn: AnyFunction, self: unknown, args: unknown[]): unknown {
  const before = scopes.getStore();
  if (before === scope) return fn.apply(self, args);
  scopes.enterWith(scope);
  try {
    return fn.apply(self, args);
  } finally {
    scopes.enterWith(before);
  }
}

/** What is running now: the live scope, or undefined outside any. */
export function runningScope(): Scope | undefined {
  const scope = scopes.getStore();
  return scope !== undefined && scope.disposed ? liveScope(scope) : scope;
}
