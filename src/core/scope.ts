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
  /** The innermost scope around it, itself included, that stands for a context of another library; null where there is none. */
  readonly foreign: ForeignScope | null;
}

/** A scope that stands for a context of another library: see compat/opentelemetry. Inherited, because a span that has ended knows nothing around it. */
export interface ForeignScope extends Scope {
  /** The header `baggage` of that context, '' = none. */
  readonly baggage: string;
  /** While its span is open, and that of a request that is answered: then ttlog's own span of that request is inside of it. */
  readonly isServing: boolean;
  /** The same without whatever it is inside of, for scopes that would otherwise keep all there ever was. */
  readonly alone: ForeignScope;
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

/** Contexts nest so deep; then those around are folded into one. A function that reschedules itself would otherwise keep all it ever had. */
const MAX_DEPTH = 64;
const DEPTH_MASK = 0xff;
const INHERITED_BIT = 0x100;
/** Which capture of `ttlog/testing` a context belongs to, with those inside it, is in the bits above. */
const CAPTURE_SHIFT = 9;

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
  readonly foreign: ForeignScope | null;
  /** This context's own fields. Owned by us: a copy of what the caller gave. */
  fields: Record<string, unknown>;
  /** Number of contexts from the outermost to this one, INHERITED_BIT, and the capture. */
  private nesting: number;

  constructor(fields: Record<string, unknown>, outer: Scope | undefined) {
    this.fields = fields;
    if (outer === undefined) {
      this.outer = undefined;
      this.parent = null;
      this.span = null;
      this.silence = 0;
      this.foreign = null;
      this.nesting = 1;
    } else {
      const { context } = outer;
      const around = context === null ? 0 : context.nesting & ~INHERITED_BIT;
      const depth = around & DEPTH_MASK;
      this.outer = depth < MAX_DEPTH ? outer : folded(outer);
      this.parent = this.outer.context;
      this.span = outer.span;
      this.silence = outer.silence;
      this.foreign = this.outer.foreign;
      this.nesting = depth < MAX_DEPTH ? around + 1 : around - depth + 2;
    }
  }

  /** True once its fields have been written as those of a context inside it. */
  get isInherited(): boolean {
    return (this.nesting & INHERITED_BIT) !== 0;
  }

  noteInherited(): void {
    this.nesting |= INHERITED_BIT;
  }

  /** Which capture of `ttlog/testing` it belongs to; 0 = none. */
  get capture(): number {
    return this.nesting >>> CAPTURE_SHIFT;
  }

  /** From now on it, and what is opened inside, belongs to a capture (23 bits). */
  belongTo(capture: number): void {
    this.nesting = (this.nesting & ((1 << CAPTURE_SHIFT) - 1)) | (capture << CAPTURE_SHIFT);
  }
}

/** One scope that is what all of these are together now: what is added to, or disposed of, far out is not seen inside it any more. */
function folded({ context, span, silence, foreign }: Scope): Scope {
  const all = new Context(fieldsOf(context), {
    context: null,
    span,
    silence,
    foreign: foreign === null ? null : foreign.alone,
    disposed: false,
    outer: undefined,
  });
  if (context !== null) all.belongTo(context.capture);
  // The span goes on being the active one, and would keep all that is around it, too.
  if (span !== null && span.context !== null) span.context = alone(span.context);
  return all;
}

/** A context with the fields of those around it, which it does not keep. To the ring it is the same one. */
function alone(context: Context): Context {
  const flat = new Context(fieldsOf(context), undefined);
  flat.belongTo(context.capture);
  flat.id = context.id;
  flat.segment = context.segment;
  flat.at = context.at;
  return flat;
}

/** The fields of a context and of those around it. */
function fieldsOf(context: Context | null): Record<string, unknown> {
  let fields: Record<string, unknown> = {};
  for (let at = context; at !== null; at = at.parent) if (!at.disposed) fields = { ...at.fields, ...fields };
  return fields;
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
