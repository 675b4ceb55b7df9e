import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { Span as ApiSpan } from '@opentelemetry/api';
import { createTraceState, diag, INVALID_SPAN_CONTEXT, SpanStatusCode } from '@opentelemetry/api';
import { traceHeadersOf } from '../../context/trace-headers.js';
import { monotonicNs, monotonicNsAt } from '../../core/clock.js';
import * as L from '../../core/layout.js';
import type { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import type { Span } from '../../core/span.js';
import { setField } from '../../core/set-field.js';
import { renameSpan } from '../../core/span-amend.js';
import { parseTraceparent } from '../../core/traceparent.js';
import { fieldsOf, textOf } from './attributes.js';
import { emitAt } from './emit-at.js';
import { epochNsOf, isTimeInput } from './times.js';

/** The message of the event that is an exception, as OpenTelemetry calls it. */
const EXCEPTION = 'exception';

/** Where a span of OpenTelemetry's API has the span of ttlog that it stands for, in whichever build of ttlog. */
const CORE: unique symbol = Symbol.for('ttlog.otel-span/1') as never;

/** A span of OpenTelemetry's API that is one of ttlog's. */
export class OtelSpan implements ApiSpan {
  readonly [CORE]: Span;
  /** It ends by `end()` of this object: what has been said before can wait until then. Otherwise ttlog's own code ends it. */
  readonly #endsHere: boolean;
  readonly #hasOwnStart: boolean;
  #context: SpanContext | undefined;
  #status: SpanStatusCode = SpanStatusCode.UNSET;
  #description: string | undefined;
  #exception: unknown;
  /** Names of attributes that the span's record has. */
  readonly #recorded: Set<string>;
  /** Newer values of those: they come with the end, because the record only grows. */
  #newer: Record<string, unknown> | undefined;

  constructor(core: Span, endsHere: boolean, hasOwnStart: boolean, fields: object | undefined) {
    this[CORE] = core;
    this.#endsHere = endsHere;
    this.#hasOwnStart = hasOwnStart;
    this.#recorded = new Set(fields === undefined ? [] : Object.keys(fields));
  }

  spanContext(): SpanContext {
    return (this.#context ??= spanContextOf(this[CORE]));
  }

  isRecording(): boolean {
    const core = this[CORE];
    return core.span === core && !core.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    return typeof key === 'string' ? this.setAttributes({ [key]: value }) : this;
  }

  setAttributes(attributes: Attributes): this {
    const fields = this.#isOpen() ? fieldsOf(attributes) : undefined;
    if (fields === undefined) return this;
    const fresh: Record<string, unknown> = {};
    let hasFresh = false;
    for (const [key, value] of Object.entries(fields)) {
      if (this.#endsHere && this.#recorded.has(key)) setField((this.#newer ??= {}), key, value);
      else {
        this.#recorded.add(key);
        setField(fresh, key, value);
        hasFresh = true;
      }
    }
    if (hasFresh) this[CORE].record(fresh);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.#isOpen()) return this;
    const isTime = isTimeInput(attributesOrTime);
    this.#event(
      textOf(name),
      isTime ? undefined : fieldsOf(attributesOrTime),
      time ?? (isTime ? attributesOrTime : undefined),
    );
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (!this.#isOpen()) return;
    this.#exception = exception;
    this.#event(EXCEPTION, { err: exception }, time);
    if (this.#status === SpanStatusCode.ERROR) this.#fail();
  }

  addLink(link: Link): this {
    if (!this.#isOpen()) return this;
    try {
      linkTo(this[CORE], link);
    } catch {
      // none that can be read
    }
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      if (Array.isArray(links)) for (const link of links) this.addLink(link);
    } catch {
      // none that can be read
    }
    return this;
  }

  /** As OpenTelemetry's specification has it: the last word counts, but OK is the very last one, and UNSET none. */
  setStatus(status: SpanStatus): this {
    if (!this.#isOpen() || this.#status === SpanStatusCode.OK) return this;
    const { code, message } = saidOf(status);
    if (code === SpanStatusCode.ERROR) {
      this.#status = SpanStatusCode.ERROR;
      this.#description = typeof message === 'string' ? message : undefined;
      this.#fail();
    } else if (code === SpanStatusCode.OK) {
      this.#status = SpanStatusCode.OK;
      this.#description = undefined;
      this[CORE].setOutcome('ok');
      if (!this.#endsHere) this[CORE].record({ 'otel.status_code': 'OK' });
    }
    return this;
  }

  updateName(name: string): this {
    if (this.#isOpen()) renameSpan(this[CORE], textOf(name));
    return this;
  }

  end(time?: TimeInput): void {
    const core = this[CORE];
    if (core.ended) {
      diag.warn(`ttlog: end() was called again on the span ${core.name}, which has ended`);
      return;
    }
    core.finish(L.OUTCOME_OK, undefined, this.#endFields(), this.#endNs(time));
  }

  #isOpen(): boolean {
    const core = this[CORE];
    if (core.ended) diag.warn(`ttlog: something was said of the span ${core.name}, which has ended`);
    return core.span === core && !core.ended;
  }

  #event(name: string, fields: Record<string, unknown> | undefined, time: TimeInput | undefined): void {
    const core = this[CORE];
    const { target, level } = core.callsite;
    if (level < target.recordLevel) return;
    const epochNs = epochNsOf(time);
    if (epochNs === undefined) log(target, level as LogLevel, core, null, name, fields);
    else emitAt(epochNs, target, level as LogLevel, core, name, fields);
  }

  /** An error says more than a description. */
  #fail(): void {
    this[CORE].setOutcome('error', this.#exception ?? this.#description);
  }

  /** What is said at the end: newer values, and what of the status is not told by the outcome and the error. */
  #endFields(): Record<string, unknown> | undefined {
    if (this.#status === SpanStatusCode.OK) return { ...this.#newer, 'otel.status_code': 'OK' };
    const isTold =
      this.#description === undefined ||
      this.#exception === undefined ||
      this.#description === messageOf(this.#exception);
    return isTold ? this.#newer : { ...this.#newer, 'otel.status_description': this.#description };
  }

  /** undefined = now. Never before the start. */
  #endNs(time: TimeInput | undefined): bigint | undefined {
    const epochNs = epochNsOf(time);
    if (epochNs === undefined && !this.#hasOwnStart) return undefined;
    const { startLow, startHigh } = this[CORE];
    const startNs = (BigInt(startHigh) << 32n) | BigInt(startLow >>> 0);
    const endNs = epochNs === undefined ? BigInt(monotonicNs()) : monotonicNsAt(epochNs);
    return endNs < startNs ? startNs : endNs;
  }
}

/** The span of ttlog that a span of OpenTelemetry's API stands for; undefined for those of others. */
export function coreOf(span: ApiSpan): Span | undefined {
  return (span as Partial<OtelSpan>)[CORE];
}

function linkTo(core: Span, { context, attributes }: Link): void {
  const { traceId, spanId, traceFlags } = context;
  const traceparent = `00-${traceId}-${spanId}-0${(traceFlags ?? 0) & 1}`.toLowerCase();
  core.link(traceparent, fieldsOf(attributes));
}

/** What others are told of a span: of one that is not recorded, that of the span around it, or that the trace is not sampled. */
function spanContextOf(core: Span): SpanContext {
  const { traceparent, tracestate = '' } = traceHeadersOf(core.span === core ? core : (core.span ?? core));
  const ids = parseTraceparent(traceparent);
  if (ids === undefined) return INVALID_SPAN_CONTEXT;
  return {
    traceId: ids.traceId,
    spanId: ids.spanId,
    traceFlags: ids.flags & 1,
    ...(tracestate !== '' && { traceState: createTraceState(tracestate) }),
  };
}

/** What a status says; nothing where it cannot be read. */
function saidOf(status: unknown): { code?: unknown; message?: unknown } {
  try {
    const { code, message } = status as SpanStatus;
    return { code, message };
  } catch {
    return {};
  }
}

function messageOf(exception: unknown): unknown {
  try {
    return typeof exception === 'object' && exception !== null
      ? (exception as { message?: unknown }).message
      : exception;
  } catch {
    return undefined; // a getter that throws
  }
}
