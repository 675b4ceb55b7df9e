// Hot path: what is running now, as the core sees it.
import type { Scope } from './scope.js';
import { liveScope } from './scope.js';
import { state } from './state.js';

/** What is running now: the live scope, or undefined outside any. */
export function currentScope(): Scope | undefined {
  const scope = state.scopes === null ? undefined : state.scopes.getStore();
  return scope !== undefined && scope.disposed ? liveScope(scope) : scope;
}

/** True inside `suppress` for levels that are not recorded there. */
export function isSuppressed(level: number): boolean {
  const scope = currentScope();
  return scope !== undefined && level < scope.silence - 1;
}
