import type { Field } from '../core/field.js';
import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';
import type { SegmentDecoder } from './decoder.js';
import type { Site } from './dictionary.js';
import type { Layer, Rename } from './layer.js';
import { inheritedFields } from './layer.js';
import type { RecordKind, RecordParts, SpanOutcome } from './record.js';
import { LogRecord } from './record.js';
import { SPAN_RESERVED } from './line-format.js';
import type { SpanState } from './span-state.js';
import { readValue } from './values.js';

/** The decoder's current record as an object that depends on no bytes. undefined (and counted) where it is damaged. */
export function recordOf(decoder: SegmentDecoder): LogRecord | undefined {
  try {
    switch (decoder.kind) {
      case L.KIND_EVENT:
        return eventRecord(decoder);
      case L.KIND_EMITTED:
        return emittedRecord(decoder);
      case L.KIND_SPAN_START:
        return spanRecord(decoder, 'span-start');
      case L.KIND_SPAN_END:
        return spanRecord(decoder, 'span');
      default:
        return damaged();
    }
  } catch {
    decoder.damagedRecords++;
    return undefined;
  }
}

function eventRecord(decoder: SegmentDecoder): LogRecord {
  const span = decoder.span();
  const layers = decoder.inherited(span);
  const site = decoder.enterSite();
  const { reader } = decoder;
  let own: readonly Field[];
  let isOwn: (key: string) => boolean;
  if ((decoder.flags & L.FLAG_INLINE) !== 0) {
    const pairs = decoder.readPairs(reader.u16());
    own = pairs.fields;
    isOwn = (key) => pairs.has(key);
  } else {
    own = site.names.map((key) => ({ key, value: readValue(reader) }));
    isOwn = (key) => site.names.includes(key);
  }
  const inherited = layers.length === 0 ? [] : inheritedFields(layers, (key) => (isOwn(key) ? null : key));
  const parts = partsOf(decoder, 'event', site, inherited.length === 0 ? own : [...inherited, ...own]);
  parts.inherited = inherited.length;
  if (span !== undefined) {
    parts.traceId = span.traceId;
    parts.spanId = span.spanId;
    parts.late = span.hasEnded;
  }
  return new LogRecord(parts);
}

/** The line of a span: what it began with, what was added, what came with its end; and how long it took and how it ended. */
function spanRecord(decoder: SegmentDecoder, kind: RecordKind): LogRecord {
  const span = decoder.span() ?? damaged();
  const layers = decoder.inherited(span);
  const ended = kind === 'span' ? readSpanEnd(decoder, span) : undefined;
  const inherited = inheritedFields(layers, renameForSpan(ended, span));
  const parts = partsOf(decoder, kind, span.site, [...inherited, ...ownFields(ended, span)]);
  parts.late = span.isLate;
  parts.traceId = span.traceId;
  parts.spanId = span.spanId;
  parts.parentSpanId = span.parentSpanId;
  parts.start = decoder.timeOf(span.startLow, span.startHigh);
  parts.durationNs = ended?.durationNs;
  parts.outcome = ended === undefined ? 'open' : ended.outcome;
  return new LogRecord(parts);
}

export interface SpanEnd {
  readonly outcome: SpanOutcome;
  readonly durationNs: number;
  /** undefined where it says no more. */
  readonly extra: Layer | undefined;
}

/** What the end of a span says. */
export function readSpanEnd(decoder: SegmentDecoder, span: SpanState): SpanEnd {
  const { reader } = decoder;
  reader.p = decoder.at + L.SPAN_END_FIELDS_OFFSET;
  reader.end = decoder.recordEnd;
  const high = decoder.header(L.RECORD_TIME_OFFSET + 4) - span.startHigh;
  const low = decoder.header(L.RECORD_TIME_OFFSET) - span.startLow;
  const extraCount = decoder.header(L.SPAN_END_EXTRA_OFFSET);
  return {
    outcome: decoder.header(L.SPAN_END_OUTCOME_OFFSET) === L.OUTCOME_ERROR ? 'error' : 'ok',
    durationNs: Math.max((high | 0) * 4_294_967_296 + low, 0),
    extra: extraCount === 0 ? undefined : decoder.readPairs(extraCount),
  };
}

/** Some keys are ttlog's on the line of a span: a field of the user's that is called so has another name there. */
function renameForSpan(ended: SpanEnd | undefined, { links, role }: SpanState): Rename {
  if (ended === undefined && links === undefined && role === undefined) return (key) => key;
  return (key) => (ended?.extra?.has(key) === true ? null : SPAN_RESERVED.has(key) ? `fields.${key}` : key);
}

function ownFields(ended: SpanEnd | undefined, { links, role }: SpanState): Field[] {
  const own = (ended?.extra?.fields ?? []).map((field) =>
    SPAN_RESERVED.has(field.key) ? { ...field, key: `fields.${field.key}` } : field,
  );
  if (links !== undefined) own.push({ key: 'span_links', value: links.fields.map(({ value }) => value) });
  if (role !== undefined) own.push({ key: 'span_kind', value: role });
  if (ended !== undefined)
    own.push({ key: 'duration_ms', value: ended.durationNs / 1e6 }, { key: 'outcome', value: ended.outcome });
  return own;
}

function emittedRecord(decoder: SegmentDecoder): LogRecord {
  const emitted = readEmitted(decoder);
  const parts = partsOf(decoder, 'event', emitted.site, emitted.pairs.fields);
  parts.threadId = emitted.threadId;
  parts.traceId = emitted.traceId;
  parts.spanId = emitted.spanId;
  parts.file = emitted.file;
  parts.line = emitted.line === 0 ? undefined : emitted.line;
  return new LogRecord(parts);
}

export interface Emitted {
  readonly site: Site;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly file: string | undefined;
  readonly line: number;
  readonly threadId: number;
  readonly pairs: Layer;
}

/** An event that somebody built and handed over, with ids and a place of its own. */
export function readEmitted(decoder: SegmentDecoder): Emitted {
  const site = decoder.enterSite();
  const { reader } = decoder;
  const traceId = reader.stringOrNull() ?? undefined;
  const spanId = reader.stringOrNull() ?? undefined;
  const file = reader.stringOrNull() ?? undefined;
  const line = readInt(reader);
  const threadId = readInt(reader);
  return { site, traceId, spanId, file, line, threadId, pairs: decoder.readPairs(reader.u16()) };
}

function readInt(reader: ByteReader): number {
  const value = readValue(reader);
  return typeof value === 'number' ? value : value === null ? 0 : damaged();
}

/** One literal with every key, because spreading one into another made the objects six times dearer. */
function partsOf(decoder: SegmentDecoder, kind: RecordKind, site: Site, fields: readonly Field[]): RecordParts {
  return {
    kind,
    time: decoder.time,
    level: decoder.level,
    target: site.target,
    message: site.message,
    fields,
    threadId: decoder.threadId,
    deliver: (decoder.flags & L.FLAG_DELIVER) !== 0,
    truncated: (decoder.flags & L.FLAG_TRUNCATED) !== 0,
    meta: false,
    traceId: undefined,
    spanId: undefined,
    parentSpanId: undefined,
    file: site.file ?? undefined,
    line: site.line === 0 ? undefined : site.line,
    start: undefined,
    durationNs: undefined,
    outcome: undefined,
    late: false,
    promoted: decoder.isPromoted,
    inherited: 0,
  };
}
