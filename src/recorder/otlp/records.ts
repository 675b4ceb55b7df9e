// LogRecords as OpenTelemetry's serialisers take them: as much of the SDK's ReadableLogRecord and ReadableSpan as they read.
import type { Field, FieldValue } from '../../core/field.js';
import * as L from '../../core/layout.js';
import { SAMPLED } from '../../core/traceparent.js';
import type { LogRecord } from '../record.js';
import { RecordedError } from '../values.js';
import type { Attributes } from './values.js';
import { addException, addFields, errorOf, newAttributes, toAttribute } from './values.js';

/** Seconds and nanoseconds since the epoch. */
export type HrTime = [number, number];

/** Where a record comes from: its target. One object for each name, by which the serialisers group. */
export interface InstrumentationScope {
  readonly name: string;
}

export interface OtlpResource {
  readonly attributes: Attributes;
}

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export interface OtlpLog {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly spanContext: SpanContext | undefined;
  readonly resource: OtlpResource;
  readonly instrumentationScope: InstrumentationScope;
}

interface OtlpLink {
  readonly context: SpanContext;
  readonly attributes: Attributes;
}

interface OtlpSpanEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: Attributes;
}

export interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  spanContext(): SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Attributes;
  readonly links: readonly OtlpLink[];
  readonly events: readonly OtlpSpanEvent[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly resource: OtlpResource;
  readonly instrumentationScope: InstrumentationScope;
}

const MAX_SCOPES = 4096;
const STATUS_UNSET = 0;
const STATUS_OK = 1;
const STATUS_ERROR = 2;
/** Trace to fatal. */
const SEVERITIES = [1, 5, 9, 13, 17, 21];
const SEVERITY_TEXTS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
/** Fields of a span's record that have places of their own. */
const SPAN_FIELDS: ReadonlySet<string> = new Set([
  'duration_ms',
  'outcome',
  'span_links',
  'span_kind',
  'err',
  'otel.status_code',
  'otel.status_description',
]);

/** Makes them, for one process. */
export class RecordMapper {
  readonly #resource: OtlpResource;
  readonly #scopes = new Map<string, InstrumentationScope>();

  constructor(resource: OtlpResource) {
    this.#resource = resource;
  }

  log(record: LogRecord): OtlpLog {
    const { level, message, traceId, spanId, fields } = record;
    const attributes = newAttributes();
    addPlace(attributes, record);
    const error = errorOf(fields);
    addFields(attributes, error === undefined ? fields : fields.filter(({ key }) => key !== 'err'));
    if (error !== undefined) addException(attributes, 'err', error);
    const time = hrTime(record.timestampNs);
    return {
      hrTime: time,
      hrTimeObserved: time,
      severityNumber: SEVERITIES[level] ?? 0,
      severityText: SEVERITY_TEXTS[level] ?? '',
      body: message,
      attributes,
      droppedAttributesCount: record.truncated ? 1 : 0,
      spanContext: contextOf(traceId, spanId),
      resource: this.#resource,
      instrumentationScope: this.#scope(record.target),
    };
  }

  /** Of the end of a span. undefined where it has no ids (it is damaged). */
  span(record: LogRecord): OtlpSpan | undefined {
    const { traceId, fields, outcome, truncated } = record;
    const context = contextOf(traceId, record.spanId);
    if (context === undefined) return undefined;
    const attributes = newAttributes();
    addPlace(attributes, record);
    addFields(
      attributes,
      fields.filter(({ key }) => !SPAN_FIELDS.has(key)),
    );
    const endTime = hrTime(record.timestampNs);
    const err = lastOf(fields, 'err');
    if (outcome !== 'error' && err !== undefined && !(err instanceof RecordedError))
      attributes['err'] = toAttribute(err);
    return {
      name: record.message,
      kind: Math.max(L.SPAN_ROLES.indexOf(lastOf(fields, 'span_kind') as (typeof L.SPAN_ROLES)[number]), 0),
      spanContext: () => context,
      parentSpanContext: contextOf(traceId, record.parentSpanId),
      startTime: hrTime(record.startNs ?? record.timestampNs),
      endTime,
      status: statusOf(record, err),
      attributes,
      links: linksOf(fields),
      events: err instanceof RecordedError ? [exceptionEvent(err, endTime)] : [],
      droppedAttributesCount: truncated ? 1 : 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
      resource: this.#resource,
      instrumentationScope: this.#scope(record.target),
    };
  }

  #scope(name: string): InstrumentationScope {
    let scope = this.#scopes.get(name);
    if (scope === undefined) {
      scope = { name };
      // Targets are bounded where they are recorded, but for those of events that were built by hand.
      if (this.#scopes.size < MAX_SCOPES) this.#scopes.set(name, scope);
    }
    return scope;
  }
}

export function hrTime(ns: bigint): HrTime {
  const seconds = ns / 1_000_000_000n;
  return [Number(seconds), Number(ns - seconds * 1_000_000_000n)];
}

/** Own fields of the same name win. */
function addPlace(to: Attributes, { threadId, file, line, late, promoted }: LogRecord): void {
  if (threadId !== 0) to['thread.id'] = threadId;
  if (file !== undefined) to['code.file.path'] = file;
  if (line !== undefined) to['code.line.number'] = line;
  if (late) to['span_late'] = true;
  if (promoted) to['promoted'] = true;
}

function contextOf(traceId: string | undefined, spanId: unknown): SpanContext | undefined {
  if (!isHex(traceId, 32) || !isHex(spanId, 16)) return undefined;
  return { traceId, spanId, traceFlags: SAMPLED };
}

/** Events that were built by hand may have any text as their ids. */
function isHex(id: unknown, digits: number): id is string {
  return typeof id === 'string' && id.length === digits && /^[\da-f]+$/.test(id);
}

function lastOf(fields: readonly Field[], name: string): FieldValue {
  return fields.findLast(({ key }) => key === name)?.value;
}

/** What OpenTelemetry's API said of it (see ttlog/opentelemetry) is said as it was. */
function statusOf({ outcome, fields }: LogRecord, err: FieldValue): OtlpSpan['status'] {
  const description = lastOf(fields, 'otel.status_description');
  if (outcome === 'error')
    return { code: STATUS_ERROR, message: typeof description === 'string' ? description : reasonOf(err) };
  return { code: lastOf(fields, 'otel.status_code') === 'OK' ? STATUS_OK : STATUS_UNSET };
}

function reasonOf(err: FieldValue): string {
  if (err instanceof RecordedError) return err.message;
  return typeof err === 'string' ? err : '';
}

function exceptionEvent(error: RecordedError, time: HrTime): OtlpSpanEvent {
  const attributes = newAttributes();
  addException(attributes, 'err', error);
  return { name: 'exception', time, attributes };
}

function linksOf(fields: readonly Field[]): OtlpLink[] {
  const links = lastOf(fields, 'span_links');
  if (!Array.isArray(links)) return [];
  return (links as { [key: string]: FieldValue }[]).flatMap((link) => {
    if (typeof link !== 'object' || link === null) return [];
    const { trace_id: traceId, span_id: spanId, ...rest } = link;
    const context = contextOf(traceId as string, spanId);
    return context === undefined ? [] : [{ context, attributes: toAttribute(rest) as Attributes }];
  });
}
