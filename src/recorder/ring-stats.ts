/** How a ring stands, from its bytes alone. */
import * as L from '../core/layout.js';
import { ReaderBlock } from './reader-block.js';
import { viewRing } from './ring-view.js';
import { RingSource } from './snapshot-rings.js';

export interface RingStats {
  readonly thread_id: number;
  readonly recorded: number;
  /** Could not be written. */
  readonly dropped: number;
  /** Recorded, and not handed to sinks yet. */
  readonly waiting_bytes: number;
  readonly capacity_bytes: number;
  /** Names of callsites and fields, and repeated texts. */
  readonly dictionary_bytes: number;
  readonly ended: boolean;
}

/** Of a copy of a ring that is a block of memory by itself. */
export function ringStats(bytes: Uint8Array): RingStats {
  const source = new RingSource(bytes.buffer);
  const ring = viewRing(bytes);
  const published = ring.i32[L.PUBLISHED_I32];
  const waiting = [L.READER_THREAD, L.READER_LOCAL]
    .map((reader) => new ReaderBlock(ring.i32, reader))
    .filter((block) => block.isAttached)
    .map((block) => Math.max((published - block.delivered) | 0, 0) * 8);
  return {
    thread_id: ring.threadId,
    recorded: source.recorded,
    dropped: source.dropped,
    waiting_bytes: Math.max(0, ...waiting),
    capacity_bytes: ring.capacityBytes,
    dictionary_bytes: source.dictionary.byteLength,
    ended: ring.i32[L.CLOSED_I32] === 1,
  };
}
