// Hot path: the records of a span. Start, state (its fields, written again) and end.
import type { Callsite } from './callsite.js';
import { readNs, writeMonotonic } from './clock.js';
import { internShape } from './dictionary.js';
import { truncateValue, writeString } from './encode.js';
import { writeField } from './encode-object.js';
import * as L from './layout.js';
import { LogLevel } from './level.js';
import { fitsDictionary, HEADROOM_BYTES, isTight, refsMissing, writeFieldValues, writeHeader } from './record.js';
import { isDroppedField, shownMessage } from './redact-where.js';
import { ensureRefs, giveId, MARK_BYTES } from './refs.js';
import { openRing } from './ring-of-thread.js';
import type { Ring } from './ring.js';
import { claimSegment, isInRing, owe, publish } from './ring.js';
import type { Scope } from './scope.js';
import type { Span } from './span.js';
import { writeIdentity, writeInlineSite } from './span-identity.js';
import { drainSpill, enterSpill, spilled } from './spill.js';
import { state } from './state.js';

/** What its count has room for. */
const MAX_EXTRA_FIELDS = 255;

/** The ring to write to now: this thread's, or the spill of a record that is being written. null = counted as dropped. */
export function take(): Ring | null {
  const ring = state.ring ?? openRing();
  return ring.busy ? enterSpill(ring) : ring;
}

export function release(ring: Ring, span: Span, opened: Span | null, owed: boolean): void {
  if (ring.isSpill) spilled(ring, span.span === span ? span : span.outer, null, opened);
  else if (ring.spillCount !== 0) drainSpill(ring);
  if (owed) owe(ring.home);
}

export function writeSpanStart(span: Span, fields: Record<string, unknown> | undefined): void {
  const ring = take();
  if (ring === null) return;
  const { callsite, context, outer } = span;
  const { target, level } = callsite;
  ring.busy = true;
  try {
    ring.scope = outer;
    ring.bindings = null;
    if (ring.at + ring.maxReferableBytes + HEADROOM_BYTES > ring.end) claimSegment(ring);
    if (refsMissing(ring, context, null, null)) ensureRefs(ring, context, null, null);
    giveId(span);
    const flags = writeHeader(ring, target, level, context, span, null);
    ring.contentBytes = ring.maxReferableBytes - MARK_BYTES;
    writeIdentity(ring, span, lateBit(outer));
    const { root } = callsite;
    let p = ring.at + L.SPAN_FIELDS_OFFSET;
    let node = root;
    let id = 0;
    if (!isTight(ring, callsite) || fitsDictionary(ring, callsite, fields)) {
      if (fields !== undefined) {
        p = writeFieldValues(ring, root, fields, p);
        node = ring.node!;
        if (p - ring.at > ring.maxReferableBytes) {
          // So many that they cannot be written again for each segment: the span goes without.
          node = root;
          p = ring.at + L.SPAN_FIELDS_OFFSET;
          ring.truncated = true;
        }
      }
      id = node.id !== 0 ? node.id : internShape(ring.home, node);
    }
    if (id === 0) {
      p = writeInlineSite(ring, span, ring.at + L.SPAN_FIELDS_OFFSET);
      if (fields !== undefined) p = writeExtraFields(ring, p, fields);
    }
    const { at } = ring;
    finishStart(ring, span, p, id === 0 ? flags | L.FLAG_INLINE : flags, id);
    if (!ring.isSpill) {
      span.segment = ring.segment;
      span.at = at;
    }
  } catch {
    // The caller's stack is exhausted: no call here, `busy` must not stay set.
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false; // here, because even the next call may find no stack
  release(ring, span, span, span.rules.kind === L.SPAN_KIND_ENTRY && level >= target.owedLevel);
}

/** Called on the ring, with the arguments of a method: their values, as fields of a span that is about to begin. */
export type FieldsWriter = (this: Ring, ...args: never[]) => number;

/**
 * The ring, where a span of this callsite could begin in it at once. Values may then be written at `at + SPAN_FIELDS_OFFSET`, `node` going
 * along with them, and `writeSpanStartAt` puts the rest around them. Nothing may be recorded meanwhile: that is for values which run no
 * code of the caller. null where it takes more (`writeSpanStart`).
 */
export function readyForSpan(callsite: Callsite, outer: Scope | undefined): Ring | null {
  const { ring } = state;
  if (ring === null || ring.busy || isTight(ring, callsite)) return null;
  if (ring.at + ring.maxReferableBytes + HEADROOM_BYTES > ring.end) return null;
  if (refsMissing(ring, outer === undefined ? null : outer.context, null, null)) return null;
  ring.truncated = false;
  ring.contentBytes = ring.maxReferableBytes - MARK_BYTES;
  ring.node = callsite.root;
  return ring;
}

/** The start of a span around values that are in the ring already, and end at `p`. */
export function writeSpanStartAt(ring: Ring, span: Span, p: number): void {
  const { callsite, context, outer } = span;
  const { target, level } = callsite;
  try {
    giveId(span);
    const { at, i32 } = ring;
    const word = at >> 2;
    writeMonotonic(ring.i64, ring.u32, (at + L.RECORD_TIME_OFFSET) >> 3);
    i32[word + (L.RECORD_CONTEXT_OFFSET >> 2)] = context === null ? 0 : context.id;
    i32[word + (L.RECORD_SPAN_OFFSET >> 2)] = span.id;
    writeIdentity(ring, span, lateBit(outer));
    const node = ring.node!;
    const id = node.id !== 0 ? node.id : internShape(ring, node);
    finishStart(ring, span, p, level >= target.deliverLevel ? level | L.FLAG_DELIVER : level, id);
    span.segment = ring.segment;
    span.at = at;
  } catch {
    ring.dropped++; // the caller's stack is exhausted: no call here
    return;
  }
  if (ring.spillCount !== 0) drainSpill(ring);
  if (span.rules.kind === L.SPAN_KIND_ENTRY && level >= target.owedLevel) owe(ring);
}

/** Its length and its start time, which stand twice; then it is there. */
function finishStart(ring: Ring, span: Span, p: number, flags: number, siteId: number): void {
  const { at, i32 } = ring;
  const startLow = i32[(at + L.RECORD_TIME_OFFSET) >> 2];
  const startHigh = i32[(at + L.RECORD_TIME_OFFSET + 4) >> 2];
  span.startLow = startLow;
  span.startHigh = startHigh;
  ring.u16[(at + L.SPAN_BYTES_OFFSET) >> 1] = p - at;
  publish(ring, p, L.KIND_SPAN_START, flags, siteId);
}

function lateBit(outer: Scope | undefined): number {
  return outer !== undefined && outer.span !== null && outer.span.ended ? L.SPAN_LATE_BIT : 0;
}

/** The span's state again, with more fields: a copy of its newest record and (name, value) pairs behind it. */
export function writeSpanFields(span: Span, fields: Record<string, unknown>): void {
  const ring = take();
  if (ring === null) return;
  ring.busy = true;
  try {
    if (readyForState(ring, span)) appendFields(ring, span, fields);
    else ring.home.dropped++;
  } catch {
    // The caller's stack is exhausted: no call here, `busy` must not stay set.
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false; // here, because even the next call may find no stack
  release(ring, span, null, false);
}

/** Finds room for a span's state. False where that cannot be written again: in a spill, because it is in the other ring. */
export function readyForState(ring: Ring, span: Span): boolean {
  ring.scope = span;
  ring.bindings = null;
  if (ring.at + 2 * ring.maxReferableBytes + HEADROOM_BYTES > ring.end) claimSegment(ring);
  if (!ring.isSpill && refsMissing(ring, span.context, span, null)) ensureRefs(ring, span.context, span, null);
  return !ring.isSpill && isInRing(ring, span.segment);
}

/** A copy of its newest record, which is to be changed and published. Returns where it ends. */
export function copyState(ring: Ring, span: Span): number {
  const bytes = ring.u16[(span.at + L.SPAN_BYTES_OFFSET) >> 1];
  ring.u8.copyWithin(ring.at, span.at, span.at + bytes);
  ring.truncated = false;
  return ring.at + bytes;
}

/** That copy, which ends at `p`, is its newest record from now on. */
export function publishState(ring: Ring, span: Span, p: number, siteId: number): void {
  const { at } = ring;
  const flags = (ring.u32[span.at >> 2] >>> 24) | L.FLAG_REPEAT;
  publish(ring, p, L.KIND_SPAN_START, flags, siteId);
  ring.records--; // a state, not an event
  span.segment = ring.segment;
  span.at = at;
}

function appendFields(ring: Ring, span: Span, fields: Record<string, unknown>): void {
  const siteId = ring.u32[(span.at >> 2) + 1];
  const end = copyState(ring, span);
  ring.valueCount = 0;
  ring.contentBytes = ring.maxReferableBytes - MARK_BYTES;
  const p = writeExtraFields(ring, end, fields);
  const { at } = ring;
  if (span.ended) ring.u8[at + L.SPAN_KIND_OFFSET] |= L.SPAN_ENDED_BIT; // by one of the getters just read
  ring.u16[(at + L.SPAN_BYTES_OFFSET) >> 1] = p - at;
  publishState(ring, span, p, siteId);
}

/** (name, value) pairs at the end of a span's record, as many as a record may have that is written again for each segment. */
function writeExtraFields(ring: Ring, p: number, fields: Record<string, unknown>): number {
  let extra = ring.u8[ring.at + L.SPAN_EXTRA_OFFSET];
  for (const key of Object.keys(fields)) {
    if (isDroppedField(key)) continue;
    const before = p - ring.at;
    p = extra === MAX_EXTRA_FIELDS ? -1 : writeField(ring, p, key, fields, key);
    if (p < 0 || p - ring.at > ring.maxReferableBytes) {
      p = ring.at + before;
      ring.truncated = true;
      break;
    }
    extra++;
  }
  ring.u8[ring.at + L.SPAN_EXTRA_OFFSET] = extra;
  return p;
}

/** The end of a span that went well and has nothing to add, where it takes 32 bytes and no more. False: `writeSpanEnd` has to see to it. */
export function writePlainEnd(span: Span): boolean {
  const { ring } = state;
  const { callsite, context, rules } = span;
  if (ring === null || ring.busy || rules.slowNs !== Infinity) return false;
  if (ring.at + HEADROOM_BYTES > ring.end || refsMissing(ring, context, span, null)) return false;
  const { target, level } = callsite;
  try {
    const { at, i32 } = ring;
    const word = at >> 2;
    writeMonotonic(ring.i64, ring.u32, (at + L.RECORD_TIME_OFFSET) >> 3);
    i32[word + (L.RECORD_CONTEXT_OFFSET >> 2)] = context === null ? 0 : context.id;
    i32[word + (L.RECORD_SPAN_OFFSET >> 2)] = span.id;
    i32[word + (L.SPAN_END_OUTCOME_OFFSET >> 2)] = L.OUTCOME_OK;
    i32[word + (L.SPAN_END_EXTRA_OFFSET >> 2)] = 0;
    ring.truncated = false;
    const siteId = i32[(span.at + L.RECORD_SITE_OFFSET) >> 2];
    const flags = level >= target.deliverLevel ? level | L.FLAG_DELIVER : level;
    publish(ring, at + L.SPAN_END_FIELDS_OFFSET, L.KIND_SPAN_END, flags, siteId);
    ring.u8[span.at + L.SPAN_KIND_OFFSET] |= L.SPAN_ENDED_BIT;
  } catch {
    ring.dropped++; // the caller's stack is exhausted: no call here
    return true;
  }
  if (ring.spillCount !== 0) drainSpill(ring);
  if (level >= target.owedLevel) owe(ring);
  return true;
}

/** The end of a span. An error that has been told already, or need not be, is named, not shown, and does not raise the level. */
export function writeSpanEnd(
  span: Span,
  outcome: number,
  error: unknown,
  told: boolean,
  fields: Record<string, unknown> | undefined,
  endNs: bigint | undefined,
): void {
  const ring = take();
  if (ring === null) return;
  const { callsite, context, rules } = span;
  const { target } = callsite;
  let level = callsite.level;
  ring.busy = true;
  try {
    ring.scope = span;
    ring.bindings = null;
    if (ring.at + HEADROOM_BYTES > ring.end) claimSegment(ring);
    if (refsMissing(ring, context, span, null)) ensureRefs(ring, context, span, null);
    const flags = writeHeader(ring, target, level, context, span, null);
    const { at, u32 } = ring;
    if (endNs !== undefined) ring.i64[(at + L.RECORD_TIME_OFFSET) >> 3] = endNs;
    if (outcome === L.OUTCOME_ERROR && rules.errorLevel < LogLevel.Off && !told) level = rules.errorLevel;
    else if (readNs(u32, (at + L.RECORD_TIME_OFFSET) >> 3) - span.startNs > rules.slowNs)
      level = Math.max(level, LogLevel.Warn);
    u32[(at + L.SPAN_END_OUTCOME_OFFSET) >> 2] = outcome;

    let extra = 0;
    let p = at + L.SPAN_END_FIELDS_OFFSET;
    if (outcome === L.OUTCOME_ERROR) {
      if (!isDroppedField('err')) {
        const offset = p - at;
        p = writeField(ring, p, 'err', { value: told ? describeError(error) : error }, 'value');
        extra = 1;
        if (p < 0) {
          p = writeString(ring, ring.at + offset, 'err');
          p = truncateValue(ring, p - ring.at);
        }
      }
    }
    if (fields !== undefined) {
      for (const key of Object.keys(fields)) {
        if (isDroppedField(key)) continue;
        const before = p - ring.at;
        p = extra === MAX_EXTRA_FIELDS ? -1 : writeField(ring, p, key, fields, key);
        if (p < 0) {
          p = ring.at + before;
          ring.truncated = true;
          break;
        }
        extra++;
      }
    }
    ring.u32[(ring.at + L.SPAN_END_EXTRA_OFFSET) >> 2] = extra;
    const delivered = level >= target.deliverLevel ? L.FLAG_DELIVER : 0;
    // Ended in a getter, it has its record in the home ring all the same.
    const { home } = ring;
    const isHere = span.segment === home.segment;
    const siteId = isHere ? home.u32[(span.at + L.RECORD_SITE_OFFSET) >> 2] : 0;
    publish(ring, p, L.KIND_SPAN_END, (flags & ~(L.FLAG_LEVEL_MASK | L.FLAG_DELIVER)) | level | delivered, siteId);
    if (isHere) home.u8[span.at + L.SPAN_KIND_OFFSET] |= L.SPAN_ENDED_BIT;
  } catch {
    // The caller's stack is exhausted: no call here, `busy` must not stay set.
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false; // here, because even the next call may find no stack
  release(ring, span, null, level >= target.owedLevel);
}

function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${shownMessage(error)}` : String(error);
  } catch {
    return 'an error';
  }
}
