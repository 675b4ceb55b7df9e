import * as L from '../core/layout.js';
import type { ByteReader } from './byte-reader.js';
import { damaged } from './byte-reader.js';
import type { Dictionary, Site } from './dictionary.js';
import { Layer } from './layer.js';

/** A span as its newest record in a segment has it. */
export interface SpanState {
  readonly site: Site;
  readonly spanId: string;
  /** undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly traceId: string;
  readonly startLow: number;
  readonly startHigh: number;
  readonly spanKind: number;
  readonly layer: Layer;
  /** `,"trace_id":"…","span_id":"…"` */
  readonly idText: string;
}

/** Reads the KIND_SPAN_START record at `at`, which ends at `end`. Throws DamagedBytes. */
export function readSpanState(reader: ByteReader, dictionary: Dictionary, at: number, end: number): SpanState {
  if (at + L.SPAN_FIELDS_OFFSET > end) damaged();
  const { u8, dv } = reader;
  const flags = dv.getUint32(at + L.RECORD_WORD_OFFSET, true) >>> 24;
  reader.p = at + L.SPAN_FIELDS_OFFSET;
  reader.end = end;
  const layer = new Layer(reader, end);
  let site: Site | undefined;
  if ((flags & L.FLAG_INLINE) !== 0) {
    const target = reader.string();
    site = dictionary.inlineSite(target, reader.string(), flags & L.FLAG_LEVEL_MASK);
    layer.addPairs(reader.u16());
  } else {
    site = dictionary.site(dv.getUint32(at + L.RECORD_SITE_OFFSET, true)) ?? damaged();
    for (const name of site.names) layer.add(name);
  }
  layer.addPairs(u8[at + L.SPAN_EXTRA_OFFSET]);
  const spanId = u8.hexSlice(at + L.SPAN_ID_OFFSET, at + L.SPAN_ID_OFFSET + 8);
  const parent = u8.hexSlice(at + L.SPAN_PARENT_OFFSET, at + L.SPAN_PARENT_OFFSET + 8);
  const traceId = u8.hexSlice(at + L.SPAN_TRACE_OFFSET, at + L.SPAN_TRACE_OFFSET + 16);
  return {
    site,
    spanId,
    parentSpanId: parent === '0000000000000000' ? undefined : parent,
    traceId,
    startLow: dv.getUint32(at + L.SPAN_START_NS_OFFSET, true),
    startHigh: dv.getUint32(at + L.SPAN_START_NS_OFFSET + 4, true),
    spanKind: u8[at + L.SPAN_KIND_OFFSET] & ~L.SPAN_ENDED_BIT,
    layer,
    idText: `,"trace_id":"${traceId}","span_id":"${spanId}"`,
  };
}
