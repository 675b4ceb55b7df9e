/**
 * What is logged while a record is being written (by a getter, a toJSON, a lazy value) goes to a small ring of its own and
 * follows the record as soon as that is published: nothing is lost, and no record is torn.
 */
import { ensureRefs } from './refs.js';
import type { Ring } from './ring.js';
import { claimSegment, createRing, owe, publishCopy } from './ring.js';
import type { Bindings, Scope } from './scope.js';
import type { Span } from './span.js';
import * as L from './layout.js';

const MAX_SPILLED = 64;

interface Spilled {
  readonly at: number;
  readonly bytes: number;
  readonly scope: Scope | undefined;
  readonly bindings: Bindings | null;
  /** The span whose start this is. */
  readonly opened: Span | null;
}

export interface Spill {
  readonly ring: Ring;
  readonly waiting: Spilled[];
}

/** The ring for a record inside a record; null (and counted) where that is itself being written, or full. */
export function enterSpill(ring: Ring): Ring | null {
  const spill = (ring.spill ??= { ring: spillRing(ring), waiting: [] });
  if (ring.isSpill || spill.ring.busy || spill.waiting.length >= MAX_SPILLED || spill.ring.at + (spill.ring.segmentBytes >> 1) > spill.ring.end) {
    ring.home.dropped++;
    return null;
  }
  return spill.ring;
}

function spillRing(home: Ring): Ring {
  const ring = createRing(L.MIN_CAPACITY_BYTES, 0);
  ring.home = home;
  ring.isSpill = true;
  return ring;
}

/** Notes the record just published in the spill. */
export function spilled(ring: Ring, scope: Scope | undefined, bindings: Bindings | null, opened: Span | null): void {
  const waiting = ring.home.spill!.waiting;
  const last = waiting.at(-1);
  const at = last === undefined ? ring.segmentStart + L.SEGMENT_HEADER_BYTES : last.at + last.bytes;
  waiting.push({ at, bytes: ring.at - at, scope, bindings, opened });
  ring.home.spillCount = waiting.length;
}

/** Copies what was spilled behind the record just published. */
export function drainSpill(ring: Ring): void {
  const spill = ring.spill!;
  ring.busy = true;
  for (const { at, bytes, scope, bindings, opened } of spill.waiting) {
    if (bytes === 0) continue;
    const context = scope === undefined ? null : scope.context;
    const span = scope === undefined || opened !== null ? null : scope.span;
    if (ring.at + bytes > ring.end) claimSegment(ring);
    ensureRefs(ring, context, span, bindings);
    if (ring.at + bytes > ring.end) {
      claimSegment(ring);
      ensureRefs(ring, context, span, bindings);
    }
    if (opened !== null) {
      opened.segment = ring.segment;
      opened.at = ring.at;
    }
    publishCopy(ring, spill.ring.u8, at, bytes);
  }
  spill.waiting.length = 0;
  ring.spillCount = 0;
  owe(ring); // some of them may be
  spill.ring.at = spill.ring.segmentStart + L.SEGMENT_HEADER_BYTES;
  ring.busy = false;
}
