import * as L from '../core/layout.js';
import { SegmentDecoder } from './decoder.js';
import { Dictionary } from './dictionary.js';
import { RecordCollector } from './record-collector.js';
import type { LogRecord } from './record.js';
import type { RingView } from './ring-view.js';
import { oldestSegment, publishedBytes, ringBytes, segmentClock, segmentStart, viewRing } from './ring-view.js';

/** Everything that a ring holds. */
export interface RingContents {
  readonly threadId: number;
  readonly pid: number;
  readonly capacityBytes: number;
  /** Every record of every level, oldest first: events, span starts, and spans at their ends. Repeats are none. */
  readonly records: readonly LogRecord[];
  /** Spans that had begun and not ended, in the order they began, as their newest state has them (kind 'span-start', outcome 'open'). */
  readonly openSpans: readonly LogRecord[];
  /** Records that the ring has had, those that were overwritten included. */
  readonly recordsWritten: number;
  /** Of those, how many had been overwritten. */
  readonly recordsOverwritten: number;
  /** Records that the writer could not write. */
  readonly recordsDropped: number;
  /** Records that made no sense and were skipped. */
  readonly damagedRecords: number;
}

export interface DecodeOptions {
  /** What the root target is called; it has no name in the ring. Default `app`. */
  readonly service?: string;
}

/**
 * Decodes the bytes of a ring that nobody writes any more: a snapshot, or a copy made by `copyRing`. Damaged or hostile bytes cost
 * records (counted in `damagedRecords`), never more time or memory than a small multiple of the ring's size.
 * Throws TtlogError ERR_SNAPSHOT_FORMAT where it is no ring at all.
 */
export function decodeRing(bytes: Uint8Array, options: DecodeOptions = {}): RingContents {
  const ring = viewRing(bytes);
  const dictionary = new Dictionary(options.service ?? 'app');
  dictionary.grow(ring.dictionary, ring.dv.getUint32(L.DICTIONARY_LENGTH_I32 * 4, true));
  const decoder = new SegmentDecoder(ring.bytes, dictionary, ring.threadId);
  const collector = new RecordCollector();
  let overwritten = 0;
  let written = 0;

  for (const { start, end } of wholeSegments(ring)) {
    const before = ring.dv.getFloat64(start + L.SEGMENT_FIRST_RECORD_OFFSET, true);
    if (before > written) overwritten += before - written;
    decoder.begin(start, end, segmentClock(ring, start));
    collector.add(decoder);
    written = Math.max(written, Number.isFinite(before) ? before : 0) + decoder.records;
  }
  return {
    threadId: ring.threadId,
    pid: ring.pid,
    capacityBytes: ring.capacityBytes,
    records: collector.records,
    openSpans: collector.openSpans,
    recordsWritten: written,
    recordsOverwritten: overwritten,
    recordsDropped: ring.dv.getFloat64(L.DROPPED_F64 * 8, true),
    damagedRecords: decoder.damagedRecords,
  };
}

/** The segments that are there, oldest first, with the byte range of each that holds records. */
function* wholeSegments(ring: RingView): Generator<{ start: number; end: number }> {
  const current = ring.dv.getUint32(L.SEGMENT_I32 * 4, true);
  const published = ring.dv.getInt32(L.PUBLISHED_I32 * 4, true);
  for (let number = oldestSegment(ring, current); number <= current; number++) {
    const start = segmentStart(ring, number);
    const isWhole =
      ring.dv.getUint32(start + L.SEGMENT_MAGIC_OFFSET, true) === L.SEGMENT_MAGIC &&
      ring.dv.getUint32(start + L.SEGMENT_NUMBER_OFFSET, true) === number;
    if (!isWhole) continue;
    const bytes = number === current ? publishedBytes(ring, number, published) : ring.segmentBytes;
    yield { start, end: start + bytes };
  }
}

/**
 * A copy of a ring that may be written meanwhile. What the writer took while it was copied is not in it: those segments have no
 * magic number in the copy, so that decoding passes over them.
 */
export function copyRing(buffer: SharedArrayBuffer | ArrayBuffer): Uint8Array {
  const live = ringBytes(buffer);
  const i32 = new Int32Array(buffer, 0, L.HEADER_BYTES >> 2);
  const published = Atomics.load(i32, L.PUBLISHED_I32);
  const segment = Atomics.load(i32, L.SEGMENT_I32) >>> 0;
  const copy = new Uint8Array(live.length);
  copy.set(live);
  const ring = viewRing(copy);
  ring.i32[L.PUBLISHED_I32] = published;
  ring.i32[L.SEGMENT_I32] = segment;
  const taken = Atomics.load(i32, L.SEGMENT_I32) >>> 0;
  for (let number = segment + 1; number <= taken && number <= segment + ring.segmentCount; number++) {
    ring.dv.setUint32(segmentStart(ring, number) + L.SEGMENT_MAGIC_OFFSET, 0, true);
  }
  return copy;
}
