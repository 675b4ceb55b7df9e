// Hot data: what AsyncLocalStorage carries. A record refers to it by id; the bytes are written once a segment.
import type { Span } from './span.js';

/**
 * What a piece of running code belongs to: the fields of its context and its active span. Either a `Context` or a
 * `Span` (one allocation, no wrapper): both carry these two properties, so that the hot path reads them blindly.
 */
export interface Scope {
  readonly context: Context | null;
  readonly span: Span | null;
  /** True for a scope left by `enterContext` that has been disposed of; `outer` is then what counts. */
  disposed: boolean;
  /** The scope that was running when this one was opened. */
  readonly outer: Scope | undefined;
  /** What is not recorded inside, inherited: 0 everything is; SILENCE_SPANS; above that, events below level `silence - 1` neither. */
  readonly silence: number;
}

/** A trace that was not sampled: its spans are not recorded, its events are. */
export const SILENCE_SPANS = 1;

/** Something whose bytes are in the ring once for each segment that refers to it. */
export interface Referable {
  /** Id in the records of this thread, 0 = none given yet. */
  id: number;
  /** Number of the segment that holds its newest copy, -1 = none, or what is written is out of date. */
  segment: number;
  /** Byte offset of that copy. */
  at: number;
}

/** The fields opened by one `withContext`/`enterContext`; what is inside shadows what is outside. */
export class Context implements Scope, Referable {
  id = 0;
  segment = -1;
  at = 0;
  disposed = false;
  readonly context: Context = this;
  /** The next outer context, whose fields are inherited. */
  readonly parent: Context | null;
  readonly span: Span | null;
  readonly outer: Scope | undefined;
  readonly silence: number;
  /** This context's own fields. Owned by us: a copy of what the caller gave. */
  fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>, outer: Scope | undefined) {
    this.fields = fields;
    this.outer = outer;
    this.parent = outer === undefined ? null : outer.context;
    this.span = outer === undefined ? null : outer.span;
    this.silence = outer === undefined ? 0 : outer.silence;
  }
}

/** The bindings of a child logger, written like a context. */
export class Bindings implements Referable {
  id = 0;
  segment = -1;
  at = 0;
  readonly fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>) {
    this.fields = fields;
  }
}

/** The one AsyncLocalStorage, as the core sees it; `src/context` installs it. */
export interface ScopeStore {
  getStore(): Scope | undefined;
  run<R>(scope: Scope | undefined, fn: () => R): R;
  enterWith(scope: Scope): void;
}

/** The scope that counts: disposed ones are skipped. */
export function liveScope(scope: Scope | undefined): Scope | undefined {
  let live = scope;
  while (live !== undefined && live.disposed) live = live.outer;
  return live;
}
