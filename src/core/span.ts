// Hot path: a timed operation. Its start and its end are records; while it is open it is in a list, so that a crash can name it.
import { addCallsite, Callsite } from './callsite.js';
import { readNs, writeMonotonic } from './clock.js';
import { needsNoLine, noteErrorLine } from './error-lines.js';
import { noFunction } from './errors.js';
import { hexWord, nextSpanId, nextTraceId, spanIdWords, traceIdWords } from './ids.js';
import * as L from './layout.js';
import { LogLevel } from './level.js';
import { log } from './log.js';
import { plainFields } from './plain-fields.js';
import type { Context, ForeignScope, Referable, Scope } from './scope.js';
import type { Ring } from './ring.js';
import { writePlainEnd, writeSpanEnd, writeSpanFields, writeSpanStart, writeSpanStartAt } from './span-record.js';
import { state } from './state.js';
import type { Target } from './target.js';
import type { TraceParent } from './traceparent.js';
import { parseTraceparent, SAMPLED } from './traceparent.js';

const TWO_32 = 4_294_967_296;

/** Instead of a place in the list of open spans: not in it; ended. */
const UNLISTED = -1;
const ENDED = -2;

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

/** How a span meets the sinks. One for all spans of a place in the code: another one takes its place where one of them is different. */
export interface SpanRules {
  /** SPAN_KIND_* */
  readonly kind: number;
  /** What it is in its trace, where its record has it: an index of SPAN_ROLES, shifted by SPAN_ROLE_SHIFT. */
  readonly role: number;
  /** Level of its line where it failed; Off = as if it had not. */
  readonly errorLevel: LogLevel;
  /** Slower than this is a warning. ns; Infinity = never. */
  readonly slowNs: number;
  /** What `setOutcome` has said; null = nothing, it went well. */
  readonly failure: { readonly error: unknown } | null;
}

/** All made here, so that they have one hidden class. */
export function spanRules(
  kind: number,
  errorLevel: LogLevel = LogLevel.Error,
  slowNs = Infinity,
  failure: SpanRules['failure'] = null,
  role = 0,
): SpanRules {
  return { kind, role, errorLevel, slowNs, failure };
}

/** Those of spans that nobody says anything about, by kind. */
const STANDARD_RULES = [L.SPAN_KIND_SPAN, L.SPAN_KIND_TIMER, L.SPAN_KIND_ENTRY, L.SPAN_KIND_REMOTE].map((kind) =>
  spanRules(kind),
);

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
  // Declared only, and given their values in the constructor: fields that are defined before are written twice.
  declare id: number;
  declare segment: number;
  declare at: number;
  /** Its place in `state.openSpans`, or UNLISTED, or ENDED. */
  declare slot: number;
  declare context: Context | null;
  /** The span that what runs inside belongs to: this one, or the one around it where this is not recorded. */
  declare readonly span: Span | null;
  declare readonly silence: number;
  declare readonly foreign: ForeignScope | null;
  /** null where the trace began in this process; shared by all its spans. */
  declare readonly trace: RemoteTrace | null;
  /** Let go of at the end: a method that reschedules itself would otherwise keep every span it ever had. */
  declare outer: Scope | undefined;
  declare callsite: Callsite;
  declare rules: SpanRules;
  /** Monotonic ns, as two signed words: a number would be a boxed double. */
  declare startLow: number;
  declare startHigh: number;
  declare readonly trace0: number;
  declare readonly trace1: number;
  declare readonly trace2: number;
  declare readonly trace3: number;
  declare readonly id0: number;
  declare readonly id1: number;

  constructor(callsite: Callsite, rules: SpanRules, outer: Scope | undefined, recorded: boolean) {
    const parent = outer === undefined ? null : outer.span;
    this.id = 0;
    this.segment = -1;
    this.at = 0;
    this.slot = UNLISTED;
    this.context = outer === undefined ? null : outer.context;
    this.span = recorded ? this : parent;
    this.silence = outer === undefined ? 0 : outer.silence;
    this.foreign = outer === undefined ? null : outer.foreign;
    this.trace = parent === null ? null : parent.trace;
    this.outer = outer;
    this.callsite = callsite;
    this.rules = rules;
    this.startLow = 0;
    this.startHigh = 0;
    if (parent === null) {
      nextTraceId();
      this.trace0 = traceIdWords[0];
      this.trace1 = traceIdWords[1];
      this.trace2 = traceIdWords[2];
      this.trace3 = traceIdWords[3];
    } else {
      this.trace0 = parent.trace0;
      this.trace1 = parent.trace1;
      this.trace2 = parent.trace2;
      this.trace3 = parent.trace3;
    }
    nextSpanId();
    this.id0 = spanIdWords[0];
    this.id1 = spanIdWords[1];
  }

  get ended(): boolean {
    return this.slot === ENDED;
  }

  /** The span that this one is a child of. Of one that has ended nobody knows any more. */
  get parent(): Span | null {
    return this.outer === undefined || this.kind === L.SPAN_KIND_REMOTE ? null : this.outer.span;
  }

  /** SPAN_KIND_* */
  get kind(): number {
    return this.rules.kind;
  }

  /** Monotonic ns; 0 = not yet. */
  get startNs(): number {
    return (this.startLow >>> 0) + (this.startHigh >>> 0) * TWO_32;
  }

  set startNs(ns: number) {
    this.startLow = (ns % TWO_32) | 0;
    this.startHigh = Math.floor(ns / TWO_32) | 0;
  }

  /** No scope of `enterContext`: it is never disposed of. A getter, because a statement about the prototype keeps the class in every bundle. */
  get disposed(): false {
    return false;
  }

  /** The name it was opened with, or was given since. */
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

  /**
   * Runs `fn` with this span active and returns what it returns. Does not end the span.
   *
   * @throws TtlogError `ERR_INVALID_OPTION` where `fn` is no function.
   */
  run<R>(fn: () => R): R {
    if (typeof fn !== 'function') throw noFunction('span.run()', fn, 'Say span.run(() => …).');
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
    const { kind, errorLevel, slowNs, role } = this.rules;
    this.rules = spanRules(kind, errorLevel, slowNs, outcome === 'error' ? { error } : null, role);
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

  /**
   * The one way a span ends; `fields` come with the end (a return value, say). It ends now, or when `endNs` says: monotonic ns. Never throws.
   */
  finish(outcome: number, error: unknown, fields: Record<string, unknown> | undefined, endNs?: bigint): void {
    if (this.slot === ENDED) return;
    unlist(this);
    if (this.span !== this) return;
    const isPlain = outcome === L.OUTCOME_OK && this.rules.failure === null && fields === undefined;
    if (!isPlain || endNs !== undefined || !writePlainEnd(this)) endWithMore(this, outcome, error, fields, endNs);
    this.outer = undefined;
  }
}

/** An end with an error, with fields, at a time of its own, or in a ring that is not ready. */
function endWithMore(
  span: Span,
  outcome: number,
  error: unknown,
  fields: Record<string, unknown> | undefined,
  endNs: bigint | undefined,
): void {
  const { failure } = span.rules;
  if (failure !== null && outcome === L.OUTCOME_OK) {
    outcome = L.OUTCOME_ERROR;
    ({ error } = failure);
  }
  const told = outcome === L.OUTCOME_ERROR && needsNoLine(error, span);
  writeSpanEnd(span, outcome, error, told, fields, endNs);
  const { errorLevel } = span.rules;
  if (outcome === L.OUTCOME_ERROR && !told && errorLevel < LogLevel.Off)
    noteErrorLine(error, errorLevel, span.callsite.target, span);
}

/** The callsite of a span, found by name. */
export function spanSite(target: Target, level: number, name: string): Callsite {
  const sites = target.spans[level];
  return sites.get(name) ?? addSpanSite(sites, target, level, name);
}

function addSpanSite(sites: Map<string, Callsite>, target: Target, level: number, name: string): Callsite {
  const callsite = addCallsite(sites, target, level, name, target.isLibrary ? L.SITE_LIBRARY_SPAN : L.SITE_SPAN);
  if (kept.length === 0) {
    // It takes no id from those that are opened: seeded ones are the same, whether it is there already or not.
    const [spanWords, traceWords] = [spanIdWords.slice(), traceIdWords.slice()];
    kept.push(new Span(callsite, STANDARD_RULES[0], undefined, true));
    spanIdWords.set(spanWords);
    traceIdWords.set(traceWords);
  }
  return callsite;
}

/**
 * There is always one span. V8 forgets a hidden class that no object has at a full garbage collection, and throws optimised code that
 * knows it away: then the next calls take three times as long.
 */
const kept: Span[] = [];

/** Opens a span that nobody says anything about but its kind. */
export function openSpan(
  callsite: Callsite,
  kind: number,
  outer: Scope | undefined,
  fields: Record<string, unknown> | undefined,
): Span {
  return openSpanWith(callsite, STANDARD_RULES[kind], outer, fields);
}

/** Opens a span; one that its target does not record costs its allocation and hands its children to the span around it. */
export function openSpanWith(
  callsite: Callsite,
  rules: SpanRules,
  outer: Scope | undefined,
  fields: Record<string, unknown> | undefined,
): Span {
  const recorded = callsite.level >= callsite.target.recordLevel && (outer === undefined || outer.silence === 0);
  const span = new Span(callsite, rules, outer, recorded);
  if (recorded) {
    writeSpanStart(span, fields);
    list(span);
  }
  return span;
}

/** Opens a span whose fields are in the ring already; see `readyForSpan`. It is recorded. */
export function openSpanAt(
  ring: Ring,
  p: number,
  callsite: Callsite,
  rules: SpanRules,
  outer: Scope | undefined,
): Span {
  const span = new Span(callsite, rules, outer, true);
  writeSpanStartAt(ring, span, p);
  list(span);
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
  const count = state.openSpanCount;
  if (count >= MAX_LISTED_SPANS) return;
  state.openSpans[count] = span;
  state.openSpanCount = count + 1;
  span.slot = count;
}

/** The last one of the list takes its place. */
function unlist(span: Span): void {
  const { slot } = span;
  span.slot = ENDED;
  if (slot < 0) return;
  const { openSpans } = state;
  const last = state.openSpanCount - 1;
  if (slot !== last) {
    const moved = openSpans[last]!;
    openSpans[slot] = moved;
    moved.slot = slot;
  }
  openSpans[last] = null;
  state.openSpanCount = last;
}

const scratch = new BigInt64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** Nanoseconds since the span began. */
export function elapsedNs(span: Span): number {
  writeMonotonic(scratch, scratchWords, 0);
  return readNs(scratchWords, 0) - span.startNs;
}
