// Hot data: a subtree whose root was not sampled. Its spans are not recorded; its events are, outside any span.
import type { Context, Scope } from '../core/scope.js';

/** A scope without a span that says so. What is opened inside finds it by going outwards. */
export class SilentScope implements Scope {
  readonly context: Context | null;
  readonly span = null;
  disposed = false;
  readonly outer: Scope | undefined;
  readonly silent = true;

  constructor(outer: Scope | undefined) {
    this.context = outer === undefined ? null : outer.context;
    this.outer = outer;
  }
}

/** A scope without a span: what is opened inside begins a trace of its own, and is not part of a silenced one. */
export class RootScope implements Scope {
  readonly context: Context | null;
  readonly span = null;
  disposed = false;
  readonly outer = undefined;

  constructor(outer: Scope | undefined) {
    this.context = outer === undefined ? null : outer.context;
  }
}
