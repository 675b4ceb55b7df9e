import { TtlogError } from '../core/errors.js';
import * as L from '../core/layout.js';

/** The parts of a ring that its header describes. All offsets are bytes. */
export interface RingView {
  readonly bytes: Uint8Array;
  readonly i32: Int32Array;
  readonly dv: DataView;
  readonly capacityBytes: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
  readonly dataStart: number;
  readonly dictionary: Uint8Array;
  readonly firstSegment: number;
  readonly threadId: number;
  readonly pid: number;
}

/** The bytes of a ring's memory, as a view of fixed length (see `newRingMemory`). */
export function ringBytes(buffer: SharedArrayBuffer | ArrayBuffer): Uint8Array {
  return new Uint8Array(buffer, 0, buffer.byteLength);
}

/** Looks at a ring: its header is checked, nothing else is read. Throws TtlogError ERR_SNAPSHOT_FORMAT. */
export function viewRing(input: Uint8Array): RingView {
  if (input.length < L.HEADER_BYTES) throw notARing(`at least ${L.HEADER_BYTES} bytes`, `${input.length} bytes`);
  const bytes = input.byteOffset % 8 === 0 ? input : Uint8Array.from(input);
  const dv = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number): number => dv.getUint32(index * 4, true);
  if (word(L.MAGIC_I32) !== L.RING_MAGIC)
    throw notARing('the magic number of a ring', `0x${word(L.MAGIC_I32).toString(16)}`);
  if (word(L.VERSION_I32) !== L.LAYOUT_VERSION) {
    throw notARing(
      `layout version ${L.LAYOUT_VERSION}`,
      `version ${word(L.VERSION_I32)}; read it with the ttlog that wrote it`,
    );
  }
  const capacityBytes = word(L.CAPACITY_BYTES_I32);
  const dictionaryBytes = word(L.DICTIONARY_BYTES_I32);
  const segmentBytes = word(L.SEGMENT_BYTES_I32);
  const segmentCount = capacityBytes / segmentBytes;
  const dataStart = L.HEADER_BYTES + dictionaryBytes;
  const plausible =
    segmentBytes % 8 === 0 &&
    dictionaryBytes % 8 === 0 &&
    segmentBytes > L.SEGMENT_HEADER_BYTES &&
    Number.isInteger(segmentCount) &&
    segmentCount >= L.MIN_SEGMENT_COUNT &&
    segmentCount <= L.MAX_SEGMENT_COUNT;
  if (!plausible) throw notARing('sizes that fit each other', `${capacityBytes} B in segments of ${segmentBytes} B`);
  if (dataStart + capacityBytes > bytes.length) {
    throw notARing(`${dataStart + capacityBytes} bytes, as its header says`, `${bytes.length} bytes; the file was cut`);
  }
  return {
    bytes,
    i32: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2),
    dv,
    capacityBytes,
    segmentBytes,
    segmentCount,
    dataStart,
    dictionary: bytes.subarray(L.HEADER_BYTES, dataStart),
    firstSegment: word(L.FIRST_SEGMENT_I32),
    threadId: dv.getInt32(L.THREAD_ID_I32 * 4, true),
    pid: dv.getInt32(L.PID_I32 * 4, true),
  };
}

function notARing(expected: string, got: string): TtlogError {
  return new TtlogError('ERR_SNAPSHOT_FORMAT', `Expected a ring to have ${expected}, got ${got}.`);
}

/** Byte offset of the slot that a segment has in the ring. */
export function segmentStart(ring: RingView, number: number): number {
  return ring.dataStart + (number % ring.segmentCount) * ring.segmentBytes;
}

/** Number of the oldest segment whose bytes have not been taken again while `current` is being written. */
export function oldestSegment(ring: RingView, current: number): number {
  return Math.min(Math.max(ring.firstSegment, current - ring.segmentCount + 1), current);
}

/**
 * Bytes of segment `number` that are published, header included: all of it once the writer has gone on. `published` is
 * PUBLISHED_I32, the low half of a position; the segment's own number makes it whole.
 */
export function publishedBytes(ring: RingView, number: number, published: number): number {
  const base = Math.imul(number, ring.segmentBytes >> 3);
  const words = (published - base) | 0;
  return Math.min(Math.max(words, 0) * 8, ring.segmentBytes);
}

/** The clock of a segment: what to add to its monotonic times. */
export interface SegmentClock {
  readonly deltaNs: bigint;
  readonly deltaMs: number;
}

/** Beyond this difference the wall clock has been set, or the machine has slept, since the ring's own clock pair was taken. */
const CLOCK_JUMP_MS = 50;
const MAX_EPOCH_MS = 8.64e15;

/**
 * Brings the clock pair of a live ring up to date where the wall clock has been set, or the machine has slept, since it was taken.
 * undefined where it is right. Only the wall time is rewritten, in one store: a reader never sees half a pair.
 */
export function reanchor(ring: RingView): SegmentClock | undefined {
  const i64 = new BigInt64Array(ring.bytes.buffer, ring.bytes.byteOffset, L.HEADER_BYTES >> 3);
  const anchorNs = Atomics.load(i64, L.ANCHOR_MONOTONIC_NS_I64);
  const deltaNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  const jumpMs = Number(anchorNs + deltaNs - Atomics.load(i64, L.ANCHOR_EPOCH_NS_I64)) / 1e6;
  if (Math.abs(jumpMs) <= CLOCK_JUMP_MS) return undefined;
  Atomics.store(i64, L.ANCHOR_EPOCH_NS_I64, anchorNs + deltaNs);
  return { deltaNs, deltaMs: Number(deltaNs) / 1e6 };
}

export function segmentClock(ring: Pick<RingView, 'dv'>, start: number, from: DataView = ring.dv): SegmentClock {
  const anchorNs =
    ring.dv.getBigInt64(L.ANCHOR_EPOCH_NS_I64 * 8, true) - ring.dv.getBigInt64(L.ANCHOR_MONOTONIC_NS_I64 * 8, true);
  const anchorMs = Number(anchorNs) / 1e6;
  const monotonicNs = from.getBigUint64(start + L.SEGMENT_MONOTONIC_NS_OFFSET, true);
  const wallMs = from.getFloat64(start + L.SEGMENT_EPOCH_MS_OFFSET, true);
  if (!(Math.abs(wallMs) <= MAX_EPOCH_MS)) return { deltaNs: anchorNs, deltaMs: anchorMs };
  const segmentMs = wallMs - Number(monotonicNs) / 1e6;
  if (Math.abs(segmentMs - anchorMs) <= CLOCK_JUMP_MS) return { deltaNs: anchorNs, deltaMs: anchorMs };
  return { deltaNs: BigInt(Math.round(wallMs)) * 1_000_000n - monotonicNs, deltaMs: segmentMs };
}
