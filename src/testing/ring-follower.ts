// Reads this thread's rings on this thread, when somebody looks, and hands each record to the captures that it belongs to.
import * as L from '../core/layout.js';
import type { Ring } from '../core/ring.js';
import { state } from '../core/state.js';
import { RingCursor } from '../recorder/cursor.js';
import { recordOf } from '../recorder/decode-record.js';
import type { SegmentDecoder } from '../recorder/decoder.js';
import { ReaderBlock } from '../recorder/reader-block.js';
import type { LogRecord } from '../recorder/record.js';
import type { SegmentClock } from '../recorder/ring-view.js';
import { shared } from './shared.js';

/** Who gets records: all of this thread, or those of one capture. */
export interface Follower {
  readonly captureId: number;
  readonly all: boolean;
  take(record: LogRecord, isSilent: boolean): void;
  lose(records: number): void;
}

interface Followed {
  readonly ring: Ring;
  readonly cursor: RingCursor;
  droppedSeen: number;
}

const followers = new Set<Follower>();
let rings: Followed[] = [];

/** From now on the follower gets what is recorded. */
export function follow(follower: Follower): void {
  if (followers.size === 0) {
    if (state.ring !== null) followRing(state.ring);
    state.ringFollowers.add(followRing);
    shared.readers.add(readOn);
  } else readOn();
  followers.add(follower);
}

export function unfollow(follower: Follower): void {
  readOn();
  followers.delete(follower);
  if (followers.size > 0) return;
  state.ringFollowers.delete(followRing);
  shared.readers.delete(readOn);
  rings = [];
}

/** Hands over what has been recorded since the last time. */
export function readOn(): void {
  for (const followed of rings) {
    readRing(followed);
    tellLosses(followed);
  }
  rings = rings.filter(({ cursor }) => !cursor.isFinished);
}

/** From what it holds now on. A ring that is new holds nothing. */
function followRing(ring: Ring): void {
  new ReaderBlock(ring.i32, L.READER_CAPTURES).attach(Atomics.load(ring.i32, L.PUBLISHED_I32));
  const service = state.rootTarget.name === '' ? 'app' : state.rootTarget.name;
  const cursor = new RingCursor(ring.buffer, { reader: L.READER_CAPTURES, service, rejudge: undefined });
  rings.push({ ring, cursor, droppedSeen: ring.dropped });
}

function readRing({ cursor }: Followed): void {
  const clock = shared.clock === undefined ? undefined : clockOf(shared.clock.anchor);
  const { decoder } = cursor;
  while (cursor.next()) {
    const { capture, isSilent } = decoder;
    let record: LogRecord | undefined;
    for (const follower of followers) {
      if (!follower.all && follower.captureId !== capture) continue;
      record ??= clock === undefined ? recordOf(decoder) : recordAt(decoder, clock);
      if (record !== undefined) follower.take(record, isSilent);
    }
  }
}

/** The decoder's current record, with the time of another clock. */
function recordAt(decoder: SegmentDecoder, clock: SegmentClock): LogRecord | undefined {
  const real = decoder.clock;
  decoder.clock = clock;
  const record = recordOf(decoder);
  decoder.clock = real;
  return record;
}

/** Whose records they were nobody knows any more: everybody is told. */
function tellLosses(followed: Followed): void {
  const { ring, cursor } = followed;
  const loss = cursor.takeLoss();
  const lost = (loss?.overwritten ?? 0) + (loss?.damaged ?? 0) + ring.dropped - followed.droppedSeen;
  followed.droppedSeen = ring.dropped;
  if (lost > 0) for (const follower of followers) follower.lose(lost);
}

function clockOf({ monotonicNs, epochNs }: { monotonicNs: bigint; epochNs: bigint }): SegmentClock {
  const deltaNs = epochNs - monotonicNs;
  // Both are whole milliseconds, and beyond what a number holds in ns.
  return { deltaNs, deltaMs: Number(deltaNs / 1_000_000n) };
}
