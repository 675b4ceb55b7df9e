// Hot data: where a trace begins that is not sampled, or a subtree that is not recorded at all.
import type { Context, ForeignScope, Scope } from './scope.js';
import { liveScope, SILENCE_SPANS } from './scope.js';
import type { Span } from './span.js';

/** The trace of what is not recorded, as others are told of it. */
interface UnrecordedTrace {
  readonly traceparent: string;
  readonly tracestate: string;
  readonly baggage: string;
}

/** A scope inside which spans are not recorded, and events below some level may not be. What is opened inside inherits that. */
export class SilentScope implements Scope {
  readonly context: Context | null;
  readonly span: Span | null;
  readonly silence: number;
  disposed = false;
  readonly outer: Scope | undefined;
  readonly foreign: ForeignScope | null;
  /** How its trace goes on elsewhere; null until somebody asks. */
  trace: UnrecordedTrace | null = null;
  readonly isTraceRoot = true;

  constructor(outer: Scope | undefined, silence: number, span: Span | null) {
    this.context = outer === undefined ? null : outer.context;
    this.span = span;
    this.silence = silence;
    this.outer = outer;
    this.foreign = outer === undefined ? null : outer.foreign;
  }
}

/** A scope without a span: what is opened inside begins a trace of its own, and is not part of one that was not sampled. */
export class RootScope implements Scope {
  readonly context: Context | null;
  readonly span = null;
  readonly silence: number;
  disposed = false;
  readonly outer = undefined;
  readonly foreign: ForeignScope | null;
  /** What fails inside fails there, too. Not the scope itself, which would keep all that is around it. */
  readonly beganIn: Trace;

  constructor(outer: Scope | undefined) {
    this.beganIn = traceAround(outer);
    this.foreign = outer === undefined ? null : outer.foreign;
    this.context = outer === undefined ? null : outer.context;
    this.silence = outer === undefined || outer.silence === SILENCE_SPANS ? 0 : outer.silence;
  }
}

/** What stands for a trace where it only matters which one it is. */
export type Trace = string | Scope | undefined;

/** The trace of the outermost span; where there is none, as in one that is not sampled, the outermost scope stands for it. Cold. */
export function traceAround(scope: Scope | undefined): Trace {
  let outermost: Scope | undefined;
  let span: Span | null = null;
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.span !== null) ({ span } = at);
    outermost = at;
  }
  return (outermost as Partial<RootScope> | undefined)?.beganIn ?? span?.traceId ?? outermost;
}

/**
 * The scope that a span is opened in, given what the store holds: the running one, or where a trace begins that is not sampled, a silent one. null inside what
 * is silent already: there it leaves no span.
 */
export function traceScope(store: Scope | undefined, root: boolean, sample: number): Scope | undefined | null {
  const running = store !== undefined && store.disposed ? liveScope(store) : store;
  if (running !== undefined) {
    if (running.silence > SILENCE_SPANS || (!root && running.silence !== 0)) return null;
    if (!root && running.span !== null) return running;
  }
  if (sample < 1 && Math.random() >= sample) return new SilentScope(running, SILENCE_SPANS, null);
  return root ? new RootScope(running) : running;
}
