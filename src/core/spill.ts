/**
 * What is logged while a record is being written (by a getter, a toJSON, a lazy value) goes to a small ring of its own and
 * follows the record as soon as that is published: nothing is lost, and no record is torn.
 */
import { ensureRefs } from './refs.js';
import { openRing } from './ring-of-thread.js';
import type { Ring } from './ring.js';
import { claimSegment, createRing, owe, publishCopy } from './ring.js';
import type { Bindings, Scope } from './scope.js';
import type { Span } from './span.js';
import * as L from './layout.js';
import { state } from './state.js';

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

/** The ring to write to now: this thread's, or the spill of a record that is being written. null = counted as dropped. */
export function takeRing(): Ring | null {
  const home = state.ring ?? openRing();
  const ring = home.busy ? enterSpill(home) : home;
  if (ring !== null) ring.busy = true;
  return ring;
}

/**
 * What comes after a record: those that were logged while it was being written, and whoever waits for it. `busy` is false again: where
 * the stack is exhausted, this call is the first that fails.
 */
export function releaseRing(
  ring: Ring,
  scope: Scope | undefined,
  bindings: Bindings | null,
  opened: Span | null,
  owed: boolean,
): void {
  if (ring.spillCount !== 0) settle(ring, scope, bindings, opened);
  if (owed) owe(ring.home);
}

function settle(ring: Ring, scope: Scope | undefined, bindings: Bindings | null, opened: Span | null): void {
  if (ring.isSpill) spilled(ring, scope, bindings, opened);
  else drainSpill(ring);
}

/** The ring for a record inside a record; null (and counted) where that is itself being written, or full. */
export function enterSpill(ring: Ring): Ring | null {
  const spill = (ring.spill ??= { ring: spillRing(ring), waiting: [] });
  const { waiting } = spill;
  if (ring.isSpill || spill.ring.busy || waiting.length >= MAX_SPILLED) {
    ring.home.dropped++;
    return null;
  }
  // Behind the last one noted: one that was written and not noted (the stack was exhausted) must not run into this one.
  spill.ring.at = spilledUpTo(spill);
  if (spill.ring.at + (spill.ring.segmentBytes >> 1) > spill.ring.end) {
    ring.home.dropped++;
    return null;
  }
  return spill.ring;
}

function spillRing(home: Ring): Ring {
  const ring = createRing(L.MIN_CAPACITY_BYTES, 0);
  ring.home = home;
  ring.isSpill = true;
  ring.spillCount = 1;
  return ring;
}

function spilledUpTo({ ring, waiting }: Spill): number {
  const last = waiting.at(-1);
  return last === undefined ? ring.segmentStart + L.SEGMENT_HEADER_BYTES : last.at + last.bytes;
}

/** Notes the record just published in the spill. */
export function spilled(ring: Ring, scope: Scope | undefined, bindings: Bindings | null, opened: Span | null): void {
  const spill = ring.home.spill!;
  const at = spilledUpTo(spill);
  spill.waiting.push({ at, bytes: ring.at - at, scope, bindings, opened });
  ring.home.spillCount = spill.waiting.length;
}

/** Copies what was spilled behind the record just published; what is logged meanwhile comes behind that. */
export function drainSpill(ring: Ring): void {
  const { ring: from, waiting } = ring.spill!;
  let done = 0;
  ring.busy = true;
  try {
    while (done < waiting.length) copySpilled(ring, from, waiting[done++]);
    owe(ring); // some of them may be
  } catch {
    ring.home.dropped++; // the caller's stack is exhausted; the others follow the next record
  }
  waiting.splice(0, done);
  ring.spillCount = waiting.length;
  ring.busy = false;
}

function copySpilled(ring: Ring, from: Ring, { at, bytes, scope, bindings, opened }: Spilled): void {
  if (bytes === 0) return;
  const context = scope === undefined ? null : scope.context;
  const span = scope === undefined || opened !== null ? null : scope.span;
  if (ring.at + bytes > ring.end) claimSegment(ring);
  ensureRefs(ring, context, span, bindings);
  if (ring.at + bytes > ring.end) {
    claimSegment(ring);
    ensureRefs(ring, context, span, bindings);
  }
  const target = ring.at;
  publishCopy(ring, from.u8, at, bytes);
  if (opened !== null) {
    opened.segment = ring.segment;
    opened.at = target;
  }
}
