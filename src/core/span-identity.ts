// What a record says of a span itself: ids, kind, and where the dictionary has no room its name. Hot but for `writeSpanAnew`.
import { monotonicNs } from './clock.js';
import { internShape } from './dictionary.js';
import { writeString } from './encode.js';
import * as L from './layout.js';
import { cleanMessage } from './redact-where.js';
import type { Ring } from './ring.js';
import { publish } from './ring.js';
import type { Span } from './span.js';

/** Names in the record of a span that the dictionary has no room for: they must fit wherever a span's record does. */
const MAX_INLINE_NAME = 64;

/** Ids, parent, trace, kind: what stands between the header of a span's record and its fields, but for the length. */
export function writeIdentity(ring: Ring, span: Span, bits: number): void {
  const { at, i32 } = ring;
  const word = at >> 2;
  const { parent } = span;
  i32[word + (L.SPAN_ID_OFFSET >> 2)] = span.id0;
  i32[word + (L.SPAN_ID_OFFSET >> 2) + 1] = span.id1;
  i32[word + (L.SPAN_PARENT_OFFSET >> 2)] = parent === null ? 0 : parent.id0;
  i32[word + (L.SPAN_PARENT_OFFSET >> 2) + 1] = parent === null ? 0 : parent.id1;
  i32[word + (L.SPAN_TRACE_OFFSET >> 2)] = span.trace0;
  i32[word + (L.SPAN_TRACE_OFFSET >> 2) + 1] = span.trace1;
  i32[word + (L.SPAN_TRACE_OFFSET >> 2) + 2] = span.trace2;
  i32[word + (L.SPAN_TRACE_OFFSET >> 2) + 3] = span.trace3;
  i32[word + (L.SPAN_KIND_OFFSET >> 2)] = span.rules.kind | span.rules.role | bits;
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
  const { at, i32, u32 } = ring;
  const word = at >> 2;
  if (span.startNs === 0) span.startNs = monotonicNs();
  i32[word + (L.RECORD_TIME_OFFSET >> 2)] = span.startLow;
  i32[word + (L.RECORD_TIME_OFFSET >> 2) + 1] = span.startHigh;
  u32[word + (L.RECORD_CONTEXT_OFFSET >> 2)] = span.context === null ? 0 : span.context.id;
  u32[word + (L.RECORD_SPAN_OFFSET >> 2)] = span.id;
  writeIdentity(ring, span, span.ended ? L.SPAN_ENDED_BIT | L.SPAN_OUTLIVED_BIT : 0);
  const id = span.callsite.root.id !== 0 ? span.callsite.root.id : internShape(ring.home, span.callsite.root);
  const p = id === 0 ? writeInlineSite(ring, span, at + L.SPAN_FIELDS_OFFSET) : at + L.SPAN_FIELDS_OFFSET;
  const lost = span.kind === L.SPAN_KIND_REMOTE ? 0 : L.FLAG_TRUNCATED;
  const flags = span.callsite.level | L.FLAG_REPEAT | lost;
  ring.u16[(at + L.SPAN_BYTES_OFFSET) >> 1] = p - at;
  publish(ring, p, L.KIND_SPAN_START, id === 0 ? flags | L.FLAG_INLINE : flags, id);
  ring.records--; // a state, not an event
  span.segment = ring.segment;
  span.at = at;
}
