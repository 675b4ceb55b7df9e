/** The ring of this thread: opened at the first record, replaced when options want another size. */
import { resetCallsiteCount } from './callsite.js';
import * as L from './layout.js';
import { capacityBytesOf, createRing, Ring } from './ring.js';
import { state } from './state.js';

/** Between the segment numbers of two rings, so that what was written into the old one never looks written into the new. */
const SEGMENT_GAP = 2 * L.MAX_SEGMENT_COUNT;

/** This thread's ring, of the default capacity where nobody has said otherwise. */
export function openRing(): Ring {
  return state.ring ?? replaceRing(state.ringCapacityBytes || capacityBytesOf(L.DEFAULT_CAPACITY_EVENTS));
}

/** Opens a new ring for this thread and closes the one before, whose records stay readable for those who hold it. */
export function replaceRing(capacityBytes: number): Ring {
  closeRing();
  const memory = state.ringMemory(L.HEADER_BYTES + L.DICTIONARY_BYTES + capacityBytes);
  const ring =
    memory === null
      ? createRing(capacityBytes, L.DICTIONARY_BYTES, state.nextFirstSegment, state.threadId)
      : reuseRing(memory, capacityBytes);
  state.ring = ring;
  try {
    state.ringOpened(ring);
    for (const follow of state.ringFollowers) follow(ring);
  } catch {
    // whoever reads it is told again later
  }
  return ring;
}

/** A ring in the memory of one whose thread has ended and that has been read to its end. */
function reuseRing(memory: SharedArrayBuffer, capacityBytes: number): Ring {
  const header = new Int32Array(memory, 0, L.HEADER_BYTES >> 2);
  const firstSegment = Math.max(state.nextFirstSegment, header[L.SEGMENT_I32] + SEGMENT_GAP);
  // Who wrote it stays: the file that it may be mapped to is the same.
  new Uint8Array(memory, 0, L.FACTS_OFFSET).fill(0);
  new Uint8Array(memory, L.HEADER_BYTES, header[L.DICTIONARY_LENGTH_I32]).fill(0);
  return new Ring(memory, capacityBytes, L.DICTIONARY_BYTES, firstSegment, state.threadId);
}

/** Ends this thread's ring; the next record opens another. */
export function closeRing(): void {
  const ring = state.ring;
  if (ring === null) return;
  Atomics.store(ring.i32, L.CLOSED_I32, 1);
  state.nextFirstSegment = ring.segment + SEGMENT_GAP;
  state.ring = null;
  // Ids of the old dictionary mean nothing in the next one.
  let kept = 0;
  for (const target of state.targets.values()) kept += target.forgetCallsites();
  resetCallsiteCount(kept);
}
