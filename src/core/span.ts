// Hot path: a timed operation. Its start and its end are records; while it is open it is in a list, so that a crash can name it.
import type { Callsite } from './callsite.js';
import { addCallsite } from './callsite.js';
import { readNs, writeMonotonic } from './clock.js';
import { needsNoLine, noteErrorLine } from './error-lines.js';
import { hexWord, randomWord, randomWordNotZero } from './ids.js';
import * as L from './layout.js';
import { LogLevel } from './level.js';
import { log } from './log.js';
import { plainFields } from './plain-fields.js';
import type { Context, Referable, Scope } from './scope.js';
import { writeSpanEnd, writeSpanFields, writeSpanStart } from './span-record.js';
import { state } from './state.js';
import type { Target } from './target.js';
import type { TraceParent } from './traceparent.js';
import { parseTraceparent, SAMPLED } from './traceparent.js';

/** Beyond this many open spans new ones are not listed (they are recorded all the same). */
const MAX_LISTED_SPANS = 65_536;

/** What else came with a trace that began elsewhere. */
export interface RemoteTrace {
  /** Flags of its `traceparent`; see SAMPLED. */
  readonly flags: number;
  /** The header `tracestate`, '' = none. */
  readonly tracestate: string;
  /** The header `baggage`, '' = none. */
  readonly baggage: string;
}

/** What a span can be linked to: a span, a carrier, or a `traceparent`. */
export type LinkTarget = string | { readonly traceparent?: string };

/**
 * A timed operation: a name, fields, a parent, and ids as in W3C Trace Context. Made by `span()`; ends once, by `end()`, `fail()` or
 * at the end of a `using` block. `run(fn)` makes it the active span of what `fn` does, also across awaits.
 *
 * @example
 * import { span } from 'ttlog';
 * const copying = span('copy file', { from: 'a.txt' });
 * const bytes = copying.run(() => 42);
 * copying.record({ bytes });
 * copying.end();
 * copying.traceId.length; // => 32
 */
export class Span implements Scope, Referable {
  id = 0;
  segment = -1;
  at = 0;
  /** Length of its newest record without the padding. */
  contentBytes = 0;
  siteId = 0;
  disposed = false;
  context: Context | null;
  /** The span that what runs inside belongs to: this one, or the one around it where this is not recorded. */
  readonly span: Span | null;
  readonly silence: number;
  /** null where the trace began in this process; shared by all its spans. */
  readonly trace: RemoteTrace | null;
  /** Let go of at the end: a method that reschedules itself would otherwise keep every span it ever had. */
  outer: Scope | undefined;
  readonly callsite: Callsite;
  readonly kind: number;
  /** Monotonic ns. */
  startNs = 0;
  readonly trace0: number;
  readonly trace1: number;
  readonly trace2: number;
  readonly trace3: number;
  readonly id0: number;
  readonly id1: number;
  readonly parent0: number;
  readonly parent1: number;
  /** Level of its line where it failed; Off = as if it had not. */
  errorLevel: LogLevel = LogLevel.Error;
  /** Slower than this is a warning. ns; Infinity = never. */
  slowNs = Infinity;
  ended = false;
  /** What `setOutcome` has said; null = nothing, it went well. */
  failure: { readonly error: unknown } | null = null;
  nextOpen: Span | null = null;
  previousOpen: Span | null = null;

  constructor(callsite: Callsite, kind: number, outer: Scope | undefined, recorded: boolean) {
    const parent = outer === undefined ? null : outer.span;
    this.callsite = callsite;
    this.kind = kind;
    this.outer = outer;
    this.context = outer === undefined ? null : outer.context;
    this.span = recorded ? this : parent;
    this.silence = outer === undefined ? 0 : outer.silence;
    this.trace = parent === null ? null : parent.trace;
    if (parent === null) {
      this.trace0 = randomWord();
      this.trace1 = randomWord();
      this.trace2 = randomWord();
      this.trace3 = randomWordNotZero();
      this.parent0 = 0;
      this.parent1 = 0;
    } else {
      this.trace0 = parent.trace0;
      this.trace1 = parent.trace1;
      this.trace2 = parent.trace2;
      this.trace3 = parent.trace3;
      this.parent0 = parent.id0;
      this.parent1 = parent.id1;
    }
    this.id0 = randomWord();
    this.id1 = randomWordNotZero();
  }

  /** The name it was opened with. */
  get name(): string {
    return this.callsite.message;
  }

  /** 32 lower-case hex digits, shared by all spans of one request. */
  get traceId(): string {
    return hexWord(this.trace0) + hexWord(this.trace1) + hexWord(this.trace2) + hexWord(this.trace3);
  }

  /** 16 lower-case hex digits. */
  get spanId(): string {
    return hexWord(this.id0) + hexWord(this.id1);
  }

  /**
   * As the HTTP header of W3C Trace Context: `00-<trace id>-<span id>-01`. The last two digits are 00 where the trace is not sampled. Of a
   * span that is not recorded: that of the span around it.
   */
  get traceparent(): string {
    if (this.span !== null && this.span !== this) return this.span.traceparent;
    const flags = this.trace === null ? SAMPLED : this.trace.flags;
    return `00-${this.traceId}-${this.spanId}-0${this.span === null ? 0 : flags}`;
  }

  /** Runs `fn` with this span active and returns what it returns. Does not end the span. */
  run<R>(fn: () => R): R {
    return state.scopes === null ? fn() : state.scopes.run(this, fn);
  }

  /** Adds fields to the span; they are on its line and on the events inside it from now on. */
  record(fields: object): void {
    if (this.span === this && !this.ended) writeSpanFields(this, plainFields(fields));
  }

  /** Records an event as of this span, at the span's level. */
  event(message: string, fields?: object): void {
    const { target, level } = this.callsite;
    if (level >= target.recordLevel) log(target, level as LogLevel, this, null, message, fields);
  }

  /**
   * Links the span to one that is not around it, as a batch is to what its messages came from: another span, a carrier, or the text of a
   * `traceparent`. What is none of these is left out. `fields` say more about the link.
   */
  link(to: LinkTarget, fields?: object): void {
    if (this.span !== this || this.ended) return;
    const linked = linkTarget(to);
    if (linked === undefined) return;
    const ids = { trace_id: linked.traceId, span_id: linked.spanId };
    writeSpanFields(this, { [L.SPAN_LINK_NAME]: fields === undefined ? ids : { ...plainFields(fields), ...ids } });
  }

  /**
   * Says how the span ends without ending it: `end()`, also that of a `using` block, ends it so. The last word counts, and `fail()` is the
   * last word. The error is optional, and recorded as `err`.
   */
  setOutcome(outcome: 'ok' | 'error', error?: unknown): void {
    this.failure = outcome === 'error' ? { error } : null;
  }

  /** Ends the span as failed. The error is reported once, however many spans it passes. */
  fail(error: unknown): void {
    this.finish(L.OUTCOME_ERROR, error, undefined);
  }

  /** Ends the span. The second end does nothing. */
  end(): void {
    this.finish(L.OUTCOME_OK, undefined, undefined);
  }

  [Symbol.dispose](): void {
    this.finish(L.OUTCOME_OK, undefined, undefined);
  }

  /** The one way a span ends; `fields` come with the end (a return value, say). Never throws. */
  finish(outcome: number, error: unknown, fields: Record<string, unknown> | undefined): void {
    if (this.ended) return;
    this.ended = true;
    if (this.span !== this) return;
    if (this.failure !== null && outcome === L.OUTCOME_OK) {
      outcome = L.OUTCOME_ERROR;
      ({ error } = this.failure);
    }
    unlist(this);
    const told = outcome === L.OUTCOME_ERROR && needsNoLine(error);
    writeSpanEnd(this, outcome, error, told, fields);
    if (outcome === L.OUTCOME_ERROR && !told && this.errorLevel < LogLevel.Off)
      noteErrorLine(error, this.errorLevel, this);
    this.outer = undefined;
  }
}

/** The callsite of a span, found by name. */
export function spanSite(target: Target, level: number, name: string): Callsite {
  const sites = target.spans[level];
  return sites.get(name) ?? addCallsite(sites, target, level, name, L.SITE_SPAN);
}

/** Opens a span; one that its target does not record costs its allocation and hands its children to the span around it. */
export function openSpan(
  callsite: Callsite,
  kind: number,
  outer: Scope | undefined,
  fields: Record<string, unknown> | undefined,
): Span {
  const recorded = callsite.level >= callsite.target.recordLevel && (outer === undefined || outer.silence === 0);
  const span = new Span(callsite, kind, outer, recorded);
  if (recorded) {
    writeSpanStart(span, fields);
    list(span);
  }
  return span;
}

function linkTarget(to: LinkTarget): TraceParent | undefined {
  try {
    return parseTraceparent(typeof to === 'string' ? to : to.traceparent);
  } catch {
    return undefined; // a getter that throws, or nothing at all
  }
}

function list(span: Span): void {
  if (state.openSpanCount >= MAX_LISTED_SPANS) return;
  state.openSpanCount++;
  const last = state.lastOpenSpan;
  span.previousOpen = last;
  if (last === null) state.firstOpenSpan = span;
  else last.nextOpen = span;
  state.lastOpenSpan = span;
}

function unlist(span: Span): void {
  const { previousOpen, nextOpen } = span;
  if (previousOpen === null && nextOpen === null && state.firstOpenSpan !== span) return;
  state.openSpanCount--;
  if (previousOpen === null) state.firstOpenSpan = nextOpen;
  else previousOpen.nextOpen = nextOpen;
  if (nextOpen === null) state.lastOpenSpan = previousOpen;
  else nextOpen.previousOpen = previousOpen;
  span.previousOpen = null;
  span.nextOpen = null;
}

const scratch = new BigInt64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** Nanoseconds since the span began. */
export function elapsedNs(span: Span): number {
  writeMonotonic(scratch, scratchWords, 0);
  return readNs(scratchWords, 0) - span.startNs;
}
