// What a record says of a span itself: ids, kind, and where the dictionary has no room its name. Hot but for `writeSpanAnew`.
import { monotonicNs } from './clock.js';
import { internShape } from './dictionary.js';
import { writeString } from './encode.js';
import * as L from './layout.js';
import { cleanMessage } from './redact-where.js';
import type { Ring } from './ring.js';
import { publish } from './ring.js';
import type { Span } from './span.js';

const TWO_32 = 4_294_967_296;

/** Names in the record of a span that the dictionary has no room for: they must fit wherever a span's record does. */
const MAX_INLINE_NAME = 64;

/** Ids, parent, trace: 48 bytes from the record's 24th on. Ids are written as the bytes of their hex form (big-endian). */
export function writeIdentity(ring: Ring, span: Span): void {
  const { dv, at, u32 } = ring;
  dv.setUint32(at + L.SPAN_ID_OFFSET, span.id0);
  dv.setUint32(at + L.SPAN_ID_OFFSET + 4, span.id1);
  dv.setUint32(at + L.SPAN_PARENT_OFFSET, span.parent0);
  dv.setUint32(at + L.SPAN_PARENT_OFFSET + 4, span.parent1);
  dv.setUint32(at + L.SPAN_TRACE_OFFSET, span.trace0);
  dv.setUint32(at + L.SPAN_TRACE_OFFSET + 4, span.trace1);
  dv.setUint32(at + L.SPAN_TRACE_OFFSET + 8, span.trace2);
  dv.setUint32(at + L.SPAN_TRACE_OFFSET + 12, span.trace3);
  u32[(at + L.SPAN_KIND_OFFSET) >> 2] = span.kind;
  if (span.ended) ring.u8[at + L.SPAN_KIND_OFFSET] |= L.SPAN_ENDED_BIT | L.SPAN_OUTLIVED_BIT;
  u32[((at + L.SPAN_KIND_OFFSET) >> 2) + 1] = 0;
}

/** Target and name of a span whose callsite is not in the dictionary. Its fields follow as extra pairs. */
export function writeInlineSite(ring: Ring, span: Span, p: number): number {
  const { callsite } = span;
  p = writeString(ring, p, callsite.target.name.slice(0, MAX_INLINE_NAME));
  p = writeString(ring, p, cleanMessage(callsite.message).slice(0, MAX_INLINE_NAME));
  ring.dv.setUint16(p, 0, true);
  return p + 2;
}

/**
 * A span whose record is in no segment any more (too many were open, it began in a getter that logged too much, or in the ring
 * before this one): who it is can be said again, its fields are lost. The ring has room for it. One of another process, of which this
 * is all that is ever known.
 */
export function writeSpanAnew(ring: Ring, span: Span): void {
  const { at, u32 } = ring;
  const word = at >> 2;
  if (span.startNs === 0) span.startNs = monotonicNs();
  const low = span.startNs % TWO_32;
  const high = Math.floor(span.startNs / TWO_32);
  u32[word + (L.RECORD_TIME_OFFSET >> 2)] = low;
  u32[word + (L.RECORD_TIME_OFFSET >> 2) + 1] = high;
  u32[word + (L.RECORD_CONTEXT_OFFSET >> 2)] = span.context === null ? 0 : span.context.id;
  u32[word + (L.RECORD_SPAN_OFFSET >> 2)] = span.id;
  u32[word + (L.SPAN_START_NS_OFFSET >> 2)] = low;
  u32[word + (L.SPAN_START_NS_OFFSET >> 2) + 1] = high;
  writeIdentity(ring, span);
  const id = span.callsite.root.id !== 0 ? span.callsite.root.id : internShape(ring.home, span.callsite.root);
  const p = id === 0 ? writeInlineSite(ring, span, at + L.SPAN_FIELDS_OFFSET) : at + L.SPAN_FIELDS_OFFSET;
  const lost = span.kind === L.SPAN_KIND_REMOTE ? 0 : L.FLAG_TRUNCATED;
  const flags = span.callsite.level | L.FLAG_REPEAT | lost;
  publish(ring, p, L.KIND_SPAN_START, id === 0 ? flags | L.FLAG_INLINE : flags, id);
  ring.records--; // a state, not an event
  span.siteId = id;
  span.contentBytes = p - at;
  span.segment = ring.segment;
  span.at = at;
}
