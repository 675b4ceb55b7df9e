// What a record refers to (context, span, bindings) is in its segment before it. The hot path only compares segment numbers;
// this is what happens where they differ: once for each segment and thing referred to.
import { writeField } from './encode-object.js';
import * as L from './layout.js';
import { isDroppedField } from './redact-where.js';
import type { Ring } from './ring.js';
import { claimSegment, copyReferable, isStale, publish } from './ring.js';
import type { Bindings, Context, Referable } from './scope.js';
import type { Span } from './span.js';
import { writeSpanAnew } from './span-identity.js';
import { state } from './state.js';

/** Room for a record's header and small values after what it refers to. */
const HEADROOM_BYTES = 256;
/** Of a context with those around it, or of a logger's bindings; what comes after is not looked at. */
const MAX_CONTEXT_FIELDS = 512;
/** Room for the mark that stands for a value that is too long. */
export const MARK_BYTES = 64;

export function ensureRefs(ring: Ring, context: Context | null, span: Span | null, bindings: Bindings | null): void {
  if (context !== null) giveId(context);
  if (bindings !== null) giveId(bindings);
  if (span !== null) giveId(span);
  if (ring.isSpill) return;
  if (ring.at + 4 * ring.maxReferableBytes + HEADROOM_BYTES > ring.end) claimSegment(ring);
  if (context !== null) writeContext(ring, context);
  if (span !== null && span.segment !== ring.segment) {
    const around = span.context;
    if (around !== null) {
      giveId(around);
      writeContext(ring, around);
    }
    if (!copyReferable(ring, span)) writeSpanAnew(ring, span);
  }
  if (bindings !== null && bindings.segment !== ring.segment)
    writeFields(ring, L.KIND_BINDINGS, bindings, [bindings.fields], 0);
}

/** The last one that is a Smi. */
const MAX_ID = 0x7fff_ffff;

export function giveId(item: Referable): void {
  if (item.id !== 0) return;
  item.id = state.nextReferableId;
  state.nextReferableId = item.id === MAX_ID ? 1 : item.id + 1;
}

function writeContext(ring: Ring, context: Context): void {
  if (isStale(ring, context)) context.segment = -1;
  if (context.segment !== ring.segment) writeFields(ring, L.KIND_CONTEXT, context, chainOf(context), context.capture);
}

/** The fields of a context and of those around it, outermost first. */
function chainOf(context: Context): Record<string, unknown>[] {
  // Of most there is none around.
  if (context.parent === null) return context.disposed ? [] : [context.fields];
  const chain: Record<string, unknown>[] = [];
  for (let at: Context | null = context; at !== null; at = at.parent) {
    if (at !== context) at.noteInherited();
    if (!at.disposed) chain.unshift(at.fields);
  }
  return chain;
}

function writeFields(
  ring: Ring,
  kind: number,
  item: Referable,
  sources: Record<string, unknown>[],
  capture: number,
): void {
  // The bytes written before, where they are still there: later mutation of the objects in them changes nothing.
  if (item.segment >= 0 && copyReferable(ring, item)) return;
  let p = ring.at + L.CONTEXT_FIELDS_OFFSET;
  let count = 0;
  let tried = 0;
  ring.truncated = false;
  ring.valueCount = 0;
  ring.contentBytes = ring.maxReferableBytes - MARK_BYTES;
  for (const source of sources) {
    for (const key of Object.keys(source)) {
      if (++tried > MAX_CONTEXT_FIELDS) break;
      if (isDroppedField(key)) continue;
      const before = p - ring.at;
      p = writeField(ring, p, key, source, key);
      if (p < 0 || p - ring.at > ring.maxReferableBytes) p = ring.at + before; // it does not fit: the others may
      else count++;
    }
  }
  const { at, u32 } = ring;
  const header = at >> 2;
  ring.i64[(at + L.RECORD_TIME_OFFSET) >> 3] = 0n;
  u32[header + (L.RECORD_CONTEXT_OFFSET >> 2)] = item.id;
  u32[header + (L.RECORD_SPAN_OFFSET >> 2)] = 0;
  u32[header + (L.CONTEXT_COUNT_OFFSET >> 2)] = count;
  u32[header + (L.CONTEXT_CAPTURE_OFFSET >> 2)] = capture;
  publish(ring, p, kind, 0, 0);
  ring.records--; // not an event
  item.segment = ring.segment;
  item.at = at;
}
