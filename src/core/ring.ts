// Hot path: the writer's side of a ring. One thread writes; no allocation, no closure; layout.ts has every offset.
import type { FieldNode } from './callsite.js';
import { processAnchor, writeMonotonic } from './clock.js';
import * as L from './layout.js';
import type { TextWriter } from './platform.js';
import { newRingMemory, ordersStores, platform, textWriter } from './platform.js';
import type { Where } from './redact.js';
import type { Bindings, Context, Scope } from './scope.js';
import type { Spill } from './spill.js';
import { state } from './state.js';

/**
 * Kept free at the end of each segment: what begins at `end` or before it may be a string of 255 bytes and the mark that says
 * "truncated" behind it, without another look.
 */
const SLACK_BYTES = 320;

/** Small values (numbers, short strings) are written without a look at the record's length: 512 fields of at most 257 bytes. */
const UNCHECKED_BYTES = 132 * 1024;

/** Not even that of what is in none, which has -1. */
const NO_SEGMENT = -2;

export class Ring {
  readonly buffer: SharedArrayBuffer;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
  readonly dv: DataView;
  readonly text: TextWriter | null;
  readonly dataStart: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
  /** The longest a string may be here, in UTF-16 units. */
  readonly maxStringLength: number;
  readonly maxRecordBytes: number;
  /** Up to here long strings and nested values may fill a record: the rest is for the small fields that come after them. */
  readonly maxContentBytes: number;
  /** Contexts, bindings and spans may come before any record of a segment: they must be short. */
  readonly maxReferableBytes: number;

  /** Where the next record starts: byte offset in the buffer. A record under construction stays at it until it is published. */
  at = 0;
  /** A value that begins here, or before, has room for SLACK_BYTES. */
  end = 0;
  segment: number;
  segmentStart = 0;
  /** Position of a byte offset in this segment: `(wordBase + (offset >> 3)) | 0`. */
  wordBase = 0;
  records = 0;
  dropped = 0;
  /** A record is being written: what its getters log meanwhile goes to the spill. */
  busy = false;
  /** What the record being written refers to, so that it can be moved to a new segment. */
  scope: Scope | undefined = undefined;
  bindings: Bindings | null = null;
  /** The limit of long strings and nested values in the record under construction. */
  contentBytes: number;
  /** Set while a value did not fit. */
  truncated = false;
  nextSiteId = 1;
  /** Texts in the dictionary; each one's number is its id. */
  texts = 0;
  dictionaryLength = 0;
  /** True where the next entry may not fit: from then on that is found out before values are read. */
  dictionaryTight: boolean;
  /** Position behind the newest owed record of this segment. */
  owedWords = 0;
  hasOwed = false;
  /** Segments to be claimed before a recorder that sleeps is woken for those which nobody is owed. */
  claimsUntilWake = 0;
  readonly segmentOwedWords: Int32Array;
  readonly segmentHasOwed: Uint8Array;
  spill: Spill | null = null;
  /** Records in the spill that are to follow. Of a spill itself 1, always: each of its records has to be noted. */
  spillCount = 0;
  /** For a spill: the ring that its records will be copied to, and whose dictionary and ids it uses. */
  home: Ring = this;
  isSpill = false;
  /** The segment, for contexts to be compared with; NO_SEGMENT from a change of contexts to the next claim: then each is looked at. */
  freshSegment = NO_SEGMENT;
  /** Where the ring was when a context that has others inside last changed. */
  contextsChangedIn = -1;
  contextsChangedAt = 0;
  /** The shape that the last `writeFieldValues` arrived at. */
  node: FieldNode | null = null;
  /** Nested values written into the record under construction. */
  valueCount = 0;
  /** The place of the value being written, where redaction looks at more than names. */
  where: Where | null = null;
  /** Objects around the value being written, to find cycles. */
  readonly ancestors: object[] = [];

  constructor(
    buffer: SharedArrayBuffer,
    capacityBytes: number,
    dictionaryBytes: number,
    firstSegment: number,
    threadId: number,
  ) {
    this.buffer = buffer;
    // Views of fixed length: those that track a growable buffer's length cost 39-84 ns a write instead of 2.5-4.
    const length = L.HEADER_BYTES + dictionaryBytes + capacityBytes;
    this.u8 = new Uint8Array(buffer, 0, length);
    this.u16 = new Uint16Array(buffer, 0, length >> 1);
    this.u32 = new Uint32Array(buffer, 0, length >> 2);
    this.i32 = new Int32Array(buffer, 0, length >> 2);
    this.i64 = new BigInt64Array(buffer, 0, length >> 3);
    this.f64 = new Float64Array(buffer, 0, length >> 3);
    this.dv = new DataView(buffer, 0, length);
    this.text = textWriter(buffer, length);
    this.dataStart = L.HEADER_BYTES + dictionaryBytes;
    this.segmentCount =
      capacityBytes >= L.MAX_SEGMENT_COUNT * L.MIN_SEGMENT_BYTES ? L.MAX_SEGMENT_COUNT : L.MIN_SEGMENT_COUNT;
    this.segmentBytes = capacityBytes / this.segmentCount;
    this.maxRecordBytes = Math.min(this.segmentBytes >> 1, L.MAX_RECORD_WORDS * 8 - UNCHECKED_BYTES);
    this.maxContentBytes = this.maxRecordBytes - (this.maxRecordBytes >> 3);
    this.contentBytes = this.maxContentBytes;
    this.maxReferableBytes = this.maxRecordBytes >> 3;
    this.maxStringLength = Math.min(16_384, this.segmentBytes >> 3);
    this.segmentOwedWords = new Int32Array(this.segmentCount);
    this.segmentHasOwed = new Uint8Array(this.segmentCount);
    this.segment = firstSegment - 1;
    this.dictionaryTight = dictionaryBytes < L.MAX_ENTRY_BYTES;

    const { i32, i64 } = this;
    i32[L.MAGIC_I32] = L.RING_MAGIC;
    i32[L.VERSION_I32] = L.LAYOUT_VERSION;
    i32[L.CAPACITY_BYTES_I32] = capacityBytes;
    i32[L.DICTIONARY_BYTES_I32] = dictionaryBytes;
    i32[L.SEGMENT_BYTES_I32] = this.segmentBytes;
    i32[L.FIRST_SEGMENT_I32] = firstSegment;
    i32[L.COUNTED_I32] = Math.imul(firstSegment, this.segmentBytes >> 3);
    i32[L.THREAD_ID_I32] = threadId;
    i32[L.PID_I32] = platform.process?.pid ?? 0;
    i64[L.ANCHOR_MONOTONIC_NS_I64] = processAnchor().monotonicNs;
    i64[L.ANCHOR_EPOCH_NS_I64] = processAnchor().epochNs;
    takeSegment(this);
  }
}

/** A ring of its own memory. `capacityBytes` is a multiple of 4096, from 128 KiB to 1 GiB; whoever takes options checks that. */
export function createRing(
  capacityBytes: number,
  dictionaryBytes: number = L.DICTIONARY_BYTES,
  firstSegment = 0,
  threadId = 0,
): Ring {
  const buffer = newRingMemory(L.HEADER_BYTES + dictionaryBytes + capacityBytes);
  return new Ring(buffer, capacityBytes, dictionaryBytes, firstSegment, threadId);
}

/** The bytes of ring that hold `events` nominal events: a power of two. */
export function capacityBytesOf(events: number): number {
  const bytes = 2 ** Math.ceil(Math.log2(Math.max(events, 1) * L.NOMINAL_EVENT_BYTES));
  return Math.min(Math.max(bytes, L.MIN_CAPACITY_BYTES), L.MAX_CAPACITY_BYTES);
}

/**
 * Takes the next segment. The only moment at which old records go, so: first make sure that nothing owed is among them, then say so
 * (SEGMENT_I32), then touch the bytes. A reader that still finds the old number after reading has read whole records.
 */
function takeSegment(ring: Ring): void {
  const { u8, u32, i32, f64, dv, segmentCount } = ring;
  const number = ring.segment + 1;
  const index = number % segmentCount;
  if (ring.segmentHasOwed[index] === 1) makeRoom(ring, ring.segmentOwedWords[index]);
  // The last call of a function of ours: where the caller's stack is exhausted, either all of what follows happens or nothing.
  writeMonotonic(claimedAt, claimedAtWords, 0);

  const left = ring.segment % segmentCount;
  if (ring.at !== 0) {
    if (ring.at < ring.segmentStart + ring.segmentBytes) u32[ring.at >> 2] = (L.KIND_PAD << 16) | 1;
    ring.segmentOwedWords[left] = ring.owedWords;
    ring.segmentHasOwed[left] = ring.hasOwed ? 1 : 0;
    ring.hasOwed = false;
  }
  Atomics.store(i32, L.SEGMENT_I32, number);
  const start = ring.dataStart + index * ring.segmentBytes;
  u8.fill(0, start, start + L.SEGMENT_HEADER_BYTES);
  dv.setUint32(start + L.SEGMENT_MAGIC_OFFSET, L.SEGMENT_MAGIC, true);
  dv.setUint32(start + L.SEGMENT_NUMBER_OFFSET, number, true);
  dv.setFloat64(start + L.SEGMENT_FIRST_RECORD_OFFSET, ring.records, true);
  ring.i64[(start + L.SEGMENT_MONOTONIC_NS_OFFSET) >> 3] = claimedAt[0]!;
  dv.setFloat64(start + L.SEGMENT_EPOCH_MS_OFFSET, Date.now(), true);
  dv.setFloat64(start + L.SEGMENT_DROPPED_OFFSET, ring.dropped, true);
  f64[L.RECORDS_F64] = ring.records;
  f64[L.DROPPED_F64] = ring.dropped;

  ring.segment = number;
  ring.freshSegment = number;
  ring.segmentStart = start;
  ring.at = start + L.SEGMENT_HEADER_BYTES;
  ring.end = start + ring.segmentBytes - SLACK_BYTES;
  ring.wordBase = (Math.imul(number, ring.segmentBytes >> 3) - (start >> 3)) | 0;
  Atomics.store(i32, L.PUBLISHED_I32, (ring.wordBase + (ring.at >> 3)) | 0);
}

const claimedAt = new BigInt64Array(1);
const claimedAtWords = new Uint32Array(claimedAt.buffer);

/** A recorder that fails is its own affair: then what is owed is overwritten. */
function makeRoom(ring: Ring, owedWords: number): void {
  try {
    state.makeRoom(ring, owedWords);
  } catch {
    // it says so itself
  }
}

function wake(): void {
  try {
    state.wake();
  } catch {
    // as above: whoever logs must not hear of it
  }
}

/** Somebody sleeps until there is a record, or has something to say to this thread. */
function isAwaited(): boolean {
  const { control } = state;
  return control[L.CONTROL_SLEEPING] !== 0 || control[L.CONTROL_SETTINGS] !== state.settingsSeen;
}

/**
 * A recorder in a long wait would be lapped by records that nobody is owed, and they are what promotion and metrics live on. It is woken
 * once for every quarter of the ring: to wake a thread on a processor that rests takes 30 to 50 µs, up to 22 ns of each of the 2200 spans of a segment.
 */
function isDue(ring: Ring): boolean {
  const { control } = state;
  if (control[L.CONTROL_SETTINGS] !== state.settingsSeen) return true;
  if (control[L.CONTROL_SLEEPING] === 0 || --ring.claimsUntilWake > 0) return false;
  ring.claimsUntilWake = ring.segmentCount >> 2;
  return true;
}

/** A new segment, with everything in it that would otherwise be lost from the ring: the oldest copies of open spans. */
export function claimSegment(ring: Ring): void {
  takeSegment(ring);
  if (isDue(ring)) wake();
  copyOpenSpans(ring);
}

/** What the copy of an open span takes, with its context: an estimate, to know how early to begin. */
const OPEN_SPAN_BYTES = 160;

/**
 * Copies take up to an eighth of a segment, so a burst of spans opened in one segment has to be carried over piece by piece, from
 * several claims before that segment goes: the more are open, the earlier. Those whose copies are oldest go first. Of more than
 * the ring could hold only the last chance is taken; the others are written anew when something refers to them.
 */
function copyOpenSpans(ring: Ring): void {
  const { openSpans, openSpanCount } = state;
  if (openSpanCount === 0) return;
  const budget = ring.segmentBytes >> 3;
  const enough = ring.segmentStart + budget;
  const claims = Math.ceil((openSpanCount * OPEN_SPAN_BYTES) / budget);
  const oldest = ring.segment - ring.segmentCount + 1;
  const last = claims > 2 * ring.segmentCount ? oldest : oldest + Math.min(claims, ring.segmentCount - 2) - 1;
  for (let segment = oldest; segment <= last; segment++) {
    for (let i = 0; i < openSpanCount; i++) {
      const span = openSpans[i]!;
      if (span.segment !== segment) continue;
      if (ring.at >= enough) return;
      if (span.context !== null) copyContext(ring, span.context);
      copyReferable(ring, span);
    }
  }
}

/** True where the newest copy of something is still in the ring. */
export function isInRing(ring: Ring, segment: number): boolean {
  return segment >= 0 && ring.segment - segment < ring.segmentCount;
}

/** Writes the bytes of a context, span or bindings record again, at `ring.at`. False where they are gone. */
export function copyReferable(ring: Ring, item: { segment: number; at: number }): boolean {
  if (item.segment === ring.segment) return true;
  if (!isInRing(ring, item.segment)) return false;
  const { u8, u32 } = ring;
  const from = item.at;
  const word = u32[from >> 2];
  const bytes = (word & 0xffff) << 3;
  if (ring.at + bytes > ring.end) return false;
  u8.copyWithin(ring.at, from, from + bytes);
  u32[ring.at >> 2] = (word | (L.FLAG_REPEAT << 24)) >>> 0;
  const isEnded =
    ((word >>> 16) & 0xff) === L.KIND_SPAN_START && (u8[from + L.SPAN_KIND_OFFSET] & L.SPAN_ENDED_BIT) !== 0;
  if (isEnded) u8[ring.at + L.SPAN_KIND_OFFSET] |= L.SPAN_OUTLIVED_BIT;
  // Nothing below calls a function of ours: where the caller's stack is exhausted, either all of it happens or nothing.
  item.segment = ring.segment;
  item.at = ring.at;
  ring.at += bytes;
  Atomics.store(ring.i32, L.PUBLISHED_I32, (ring.wordBase + (ring.at >> 3)) | 0);
  return true;
}

/** As `copyReferable`. False also for what is out of date. */
function copyContext(ring: Ring, context: Context): boolean {
  return !isStale(ring, context) && copyReferable(ring, context);
}

/** A context has other fields, or counts no more: what the ring has of it, and of those inside it, is out of date. */
export function noteContextChange(ring: Ring, context: Context): void {
  context.segment = -1;
  if (!context.isInherited) return;
  ring.freshSegment = NO_SEGMENT;
  ring.contextsChangedIn = ring.segment;
  ring.contextsChangedAt = ring.at;
}

/** True where contexts around others, perhaps around this one, have changed since it was written. */
export function isStale(ring: Ring, context: Context): boolean {
  const { segment, parent, at } = context;
  if (parent === null || segment > ring.contextsChangedIn) return false;
  return segment < ring.contextsChangedIn || at < ring.contextsChangedAt;
}

/**
 * Room for `bytes` more at `p`, where the segment has none: the record under construction moves to a new one, with what it refers
 * to before it. Returns the new `p`, or -1 where the record would be longer than a record may be.
 */
export function moveRecord(ring: Ring, p: number, bytes: number): number {
  const from = ring.at;
  const length = p - from;
  if (length + bytes > ring.maxRecordBytes) return -1;
  const { scope, bindings } = ring;
  claimSegment(ring);
  if (scope !== undefined) {
    if (scope.context !== null) copyContext(ring, scope.context);
    if (scope.span !== null) {
      if (scope.span.context !== null) copyContext(ring, scope.span.context);
      copyReferable(ring, scope.span);
    }
  }
  if (bindings !== null) copyReferable(ring, bindings);
  ring.u8.copyWithin(ring.at, from, p);
  return ring.at + length + bytes > ring.end ? -1 : ring.at + length;
}

/** Publishes the record under construction, which ends at `p`. */
export function publish(ring: Ring, p: number, kind: number, flags: number, siteId: number): void {
  const { at, i32 } = ring;
  const next = (p + 7) & ~7;
  i32[at >> 2] = ((next - at) >> 3) | (kind << 16) | ((ring.truncated ? flags | L.FLAG_TRUNCATED : flags) << 24);
  i32[(at >> 2) + 1] = siteId;
  ring.at = next;
  ring.records++;
  // Whoever sees the new position sees the bytes before it. V8 keeps stores to typed arrays in order, and so does x86; other
  // processors need the fence.
  const published = (ring.wordBase + (next >> 3)) | 0;
  if (ordersStores) i32[L.PUBLISHED_I32] = published;
  else Atomics.store(i32, L.PUBLISHED_I32, published);
}

/** Publishes a record made elsewhere. */
export function publishCopy(ring: Ring, source: Uint8Array, from: number, bytes: number): void {
  ring.u8.set(source.subarray(from, from + bytes), ring.at);
  ring.at += bytes;
  ring.records++;
  Atomics.store(ring.i32, L.PUBLISHED_I32, (ring.wordBase + (ring.at >> 3)) | 0);
}

/** Notes that the record just published is owed to a sink. */
export function owe(ring: Ring): void {
  ring.owedWords = (ring.wordBase + (ring.at >> 3)) | 0;
  ring.hasOwed = true;
  // x86 keeps stores in order, but lets a load pass them: without this fence writer and recorder could each miss the other's word, and
  // the record would wait for the recorder's next look.
  if (ordersStores) Atomics.store(ring.i32, L.PUBLISHED_I32, ring.owedWords);
  if (isAwaited()) wake();
}
