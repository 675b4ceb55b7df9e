// Hot path: what is running now, as the core sees it.
import type { Scope } from './scope.js';
import { liveScope } from './scope.js';
import type { Span } from './span.js';
import { state } from './state.js';
import type { Target } from './target.js';

/** What is running now: the live scope, or undefined outside any. */
export function currentScope(): Scope | undefined {
  const scope = state.scopes === null ? undefined : state.scopes.getStore();
  return scope !== undefined && scope.disposed ? liveScope(scope) : scope;
}

/** The target of what does not say one inside a span: that span's, but for spans of libraries, around which it is looked for. */
export function targetInside(span: Span): Target {
  let at: Span | null = span;
  while (at !== null && at.callsite.target.isLibrary) at = at.parent;
  return at === null ? state.rootTarget : at.callsite.target;
}

/** True inside `suppress` for levels that are not recorded there. */
export function isSuppressed(level: number): boolean {
  const scope = currentScope();
  return scope !== undefined && level < scope.silence - 1;
}
