/** Ring files, read as snapshots: those of a process that has died, or of one that goes on writing meanwhile. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as L from '../core/layout.js';
import type { BlackBoxFacts } from './black-box-facts.js';
import { factsOf } from './black-box-facts.js';
import { ringFiles } from './black-box-folder.js';
import { formatError } from './snapshot-bytes.js';
import type { RecordedRing } from './snapshot-decode.js';
import type { SnapshotHeader } from './snapshot-header.js';
import { processOf } from './snapshot-parse-header.js';
import type { Snapshot } from './snapshot-reader.js';
import { assembleRings } from './snapshot-reader.js';
import { RingSource } from './snapshot-rings.js';
import { segmentStart, viewRing } from './ring-view.js';

/** The ring files behind a path: the file itself, or those of a process's folder. undefined where it is neither. */
export function ringFilesAt(path: string): string[] | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isDirectory()) {
    const names = ringFiles(path);
    return names.length === 0 ? undefined : names.map((name) => join(path, name));
  }
  return found.isFile() && isRingFile(path) ? [path] : undefined;
}

export function isRingFile(path: string): boolean {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const head = new Uint8Array(4);
    return readSync(fd, head, 0, 4, 0) === 4 && new DataView(head.buffer).getUint32(0, true) === L.RING_MAGIC;
  } finally {
    closeSync(fd);
  }
}

/** Throws `TtlogError` `ERR_SNAPSHOT_FORMAT` where none of the files is a ring. */
export function readRingFiles(paths: readonly string[], maxBytes: number): Snapshot {
  const { rings, damage } = copyRingFiles(paths, maxBytes);
  return snapshotOfRings(rings, damage);
}

/** Copies of rings that may be written meanwhile, and what is wrong with the other files. Throws `ERR_SNAPSHOT_FORMAT` where none is a ring. */
export function copyRingFiles(paths: readonly string[], maxBytes: number): { rings: Uint8Array[]; damage: string[] } {
  const rings: Uint8Array[] = [];
  const damage: string[] = [];
  let left = maxBytes;
  for (const path of paths) {
    try {
      const bytes = copyOfRingFile(path, left);
      viewRing(bytes);
      left -= bytes.length;
      rings.push(bytes);
    } catch (error) {
      damage.push(`${path}: ${(error as Error).message}`);
    }
  }
  if (rings.length === 0) throw formatError(damage.join('; '));
  return { rings, damage };
}

/** Copies of rings as a snapshot of the process that wrote them. */
export function snapshotOfRings(rings: readonly Uint8Array[], damage: string[] = []): Snapshot {
  const sources = rings.map((bytes) => new RingSource(bytes.buffer as ArrayBuffer));
  const facts = rings.map((bytes) => factsOf(bytes)).find((found) => found !== undefined);
  const snapshot = assembleRings(headerOf(facts, sources), sources.map(recordedRing), damage);
  const last = snapshot.records.at(-1);
  if (last === undefined) return snapshot;
  return { ...snapshot, header: { ...snapshot.header, clock: { epochNs: last.timestampNs, monotonicNs: 0n } } };
}

function recordedRing(source: RingSource, index: number): RecordedRing {
  const segments: RecordedRing['segments'] = [];
  // All copies share one buffer.
  for (const { number, bytes } of source.segments()) segments.push({ number, bytes: bytes.slice() });
  return { index, header: source.header, dictionary: source.dictionary, segments };
}

function headerOf(facts: BlackBoxFacts | undefined, sources: readonly RingSource[]): SnapshotHeader {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    ttlog: typeof facts?.ttlog === 'string' ? facts.ttlog : '?',
    service: facts?.service ?? 'app',
    reason: 'black box',
    origin: 'ring',
    clock: { epochNs: 0n, monotonicNs: 0n },
    openSpans: [],
    openSpansLeftOut: 0,
    process: processOf({ ...facts?.process }),
    counts: {
      rings: sources.length,
      recorded: sum(sources.map(({ recorded }) => recorded)),
      dropped: sum(sources.map(({ dropped }) => dropped)),
    },
    extra: facts === undefined ? {} : { started: new Date(facts.startedMs).toISOString() },
  };
}

/**
 * A ring file whose process may be writing it. The positions are read first; segments that were taken while the rest was read have no magic
 * number in the copy, so that decoding passes over them.
 */
function copyOfRingFile(path: string, maxBytes: number): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = fstatSync(fd);
    if (!fstatSync(fd).isFile() || size > maxBytes)
      throw formatError(`Expected a ring file of at most ${maxBytes} bytes, found ${size}`);
    const before = new Int32Array(L.HEADER_BYTES >> 2);
    readAt(fd, new Uint8Array(before.buffer));
    const bytes = new Uint8Array(size);
    readAt(fd, bytes);
    const after = new Int32Array(L.HEADER_BYTES >> 2);
    readAt(fd, new Uint8Array(after.buffer));
    const ring = viewRing(bytes);
    for (const index of [L.PUBLISHED_I32, L.SEGMENT_I32]) ring.i32[index] = before[index];
    const from = before[L.SEGMENT_I32] >>> 0;
    const taken = Math.min(after[L.SEGMENT_I32] >>> 0, from + ring.segmentCount);
    for (let number = from + 1; number <= taken; number++) {
      ring.dv.setUint32(segmentStart(ring, number) + L.SEGMENT_MAGIC_OFFSET, 0, true);
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

export function readAt(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const read = readSync(fd, bytes, at, bytes.length - at, at);
    if (read === 0) return;
    at += read;
  }
}
