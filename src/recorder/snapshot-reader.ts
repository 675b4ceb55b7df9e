/**
 * Reads a snapshot file. It may come from anywhere and be anything: time and memory are bounded by `maxBytes`, and what is wrong is
 * said, with what could be read in spite of it.
 */
import type { TtlogError } from '../core/errors.js';
import type { Field } from '../core/field.js';
import { LogLevel } from '../core/level.js';
import { DEFAULT_MAX_BYTES, formatError, snapshotBytes } from './snapshot-bytes.js';
import type { RecordedRing } from './snapshot-decode.js';
import { decodeRecordedRing } from './snapshot-decode.js';
import * as F from './snapshot-format.js';
import type { Frame } from './snapshot-frames.js';
import { preambleFault, scanFrames } from './snapshot-frames.js';
import type { OpenSpan, SnapshotHeader } from './snapshot-header.js';
import { parseHeader } from './snapshot-parse-header.js';
import type { LogRecord } from './record.js';

/** A span that had not ended, with what the ring knows of it. */
export interface UnfinishedSpan extends OpenSpan {
  readonly level: LogLevel;
  /** Empty where the ring no longer holds its beginning. */
  readonly fields: readonly Field[];
}

/** A snapshot that has been read. */
export interface Snapshot {
  readonly header: SnapshotHeader;
  /** Everything recorded, of all threads, by time: events, ends of spans, starts of spans. */
  readonly records: readonly LogRecord[];
  /** The spans that had not ended, oldest first. */
  readonly openSpans: readonly UnfinishedSpan[];
  /** Records that made no sense and were left out. */
  readonly damagedRecords: number;
  /** What is wrong with the file, in words; empty when it is whole. */
  readonly damage: readonly string[];
}

/** How a snapshot is read. */
export interface ReadSnapshotOptions {
  /** The largest file, once unpacked. Bytes. @default 536870912 (512 MiB) */
  readonly maxBytes?: number;
  /** true: a damaged file is read as far as it goes (`damage` says how far); false: it is an error. @default false */
  readonly salvage?: boolean;
}

/** The error of a damaged file: `salvaged` is what could be read. Absent where nothing could. */
export interface SnapshotFormatError extends TtlogError {
  readonly salvaged?: Snapshot;
}

const OF_A_RING = [F.FRAME_RING, F.FRAME_DICTIONARY, F.FRAME_SEGMENT];
/** More rings than a process has threads are not read. */
const MAX_RINGS = 4096;

/**
 * Reads a snapshot: a path (compressed or not), or the bytes of a file. Rejects with `TtlogError` `ERR_SNAPSHOT_FORMAT` where it is
 * none, or is damaged; the error then has what could be read as `salvaged`. Errors of the file system come as they are.
 */
export async function readSnapshot(
  source: string | URL | Uint8Array,
  options: ReadSnapshotOptions = {},
): Promise<Snapshot> {
  const { bytes, damage } = await snapshotBytes(source, options.maxBytes ?? DEFAULT_MAX_BYTES);
  return checked(bytes, damage === undefined ? [] : [damage], options.salvage ?? false);
}

/** As `readSnapshot`, for bytes that are not compressed, at once. Throws where `readSnapshot` rejects. */
export function parseSnapshot(bytes: Uint8Array, options: Pick<ReadSnapshotOptions, 'salvage'> = {}): Snapshot {
  const fault = preambleFault(bytes);
  if (fault !== undefined) throw formatError(fault);
  // The views of a segment need bytes that begin at a multiple of 8.
  return checked(bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes), [], options.salvage ?? false);
}

function checked(bytes: Uint8Array, damage: readonly string[], salvage: boolean): Snapshot {
  const scan = scanFrames(bytes);
  const snapshot = assemble(scan.frames, [...damage, ...scan.damage]);
  if (salvage || snapshot.damage.length === 0) return snapshot;
  const { records } = snapshot;
  const error = formatError(
    `Expected a whole snapshot file, found a damaged one: ${snapshot.damage.join('; ')}. ` +
      `Its header and ${records.length} ${records.length === 1 ? 'record' : 'records'} could be read`,
  );
  throw Object.defineProperty(error, 'salvaged', { value: snapshot });
}

function assemble(frames: readonly Frame[], damage: string[]): Snapshot {
  const header = headerOf(frames);
  if (typeof header === 'string')
    throw formatError(`${[header, ...damage].join('; ')}. Without its header nothing can be read`);
  return assembleRings(header, ringsOf(frames, damage), damage);
}

/** What the rings hold, and what is known of them; `damage` is added to. */
export function assembleRings(header: SnapshotHeader, rings: readonly RecordedRing[], damage: string[]): Snapshot {
  const records: LogRecord[] = [];
  const open: LogRecord[] = [];
  let damagedRecords = 0;
  for (const ring of rings) {
    const decoded = decodeRecordedRing(ring, header.service);
    for (const record of decoded.records) records.push(record);
    for (const span of decoded.openSpans) open.push(span);
    damagedRecords += decoded.damagedRecords;
    damage.push(...decoded.damage);
  }
  if (damagedRecords > 0) damage.push(`${damagedRecords} records make no sense`);
  // A ring is in order by itself; several are merged. The sort is stable.
  if (rings.length > 1)
    records.sort((a, b) => (a.timestampNs < b.timestampNs ? -1 : a.timestampNs > b.timestampNs ? 1 : 0));
  return { header, records, openSpans: unfinishedSpans(header, open), damagedRecords, damage };
}

/** What the rings say, and, of spans that they have forgotten, what the header says. */
function unfinishedSpans(header: SnapshotHeader, records: readonly LogRecord[]): UnfinishedSpan[] {
  const spans = new Map<string, UnfinishedSpan>();
  for (const span of header.openSpans)
    spans.set(span.traceId + span.spanId, { ...span, level: LogLevel.Debug, fields: [] });
  for (const {
    message,
    target,
    level,
    traceId = '',
    spanId = '',
    parentSpanId = null,
    startNs,
    threadId,
    fields,
  } of records) {
    const startedNs = startNs ?? 0n;
    spans.set(traceId + spanId, {
      name: message,
      target,
      level,
      traceId,
      spanId,
      parentId: parentSpanId,
      startNs: startedNs,
      threadId,
      fields,
    });
  }
  return [...spans.values()].sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
}

function headerOf(frames: readonly Frame[]): SnapshotHeader | string {
  const frame = frames.find(({ type, cut }) => type === F.FRAME_HEADER && !cut);
  return frame === undefined ? 'Expected a header (HEAD), found none that is whole' : parseHeader(frame.payload);
}

/** Puts the frames of each ring together. */
function ringsOf(frames: readonly Frame[], damage: string[]): RecordedRing[] {
  const rings = new Map<number, RecordedRing & { header: Uint8Array; dictionary: Uint8Array }>();
  const empty = new Uint8Array(0);
  for (const { type, payload } of frames) {
    if (!OF_A_RING.includes(type) || payload.byteLength < F.RING_PREFIX_BYTES) continue;
    const view = new DataView(payload.buffer, payload.byteOffset, F.RING_PREFIX_BYTES);
    const index = view.getUint32(0, true);
    const bytes = payload.subarray(F.RING_PREFIX_BYTES);
    let ring = rings.get(index);
    if (ring === undefined) {
      if (rings.size >= MAX_RINGS) continue;
      ring = { index, header: empty, dictionary: empty, segments: [] };
      rings.set(index, ring);
    }
    if (type === F.FRAME_RING) ring.header = bytes;
    else if (type === F.FRAME_DICTIONARY) ring.dictionary = bytes;
    else ring.segments.push({ number: view.getUint32(4, true), bytes });
  }
  const whole = [...rings.values()].filter(({ header }) => header.byteLength > 0);
  if (whole.length < rings.size) damage.push(`${rings.size - whole.length} rings have lost their header`);
  return whole;
}
