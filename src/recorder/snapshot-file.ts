/**
 * Writes a snapshot: the rings as they are, and what explains them. Synchronous and raw, because a dying process has no later;
 * compression comes afterwards (snapshot-store.ts). The file appears under its name only when it is whole.
 */
import { closeSync, constants, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nowNanos, readAnchor } from '../core/clock.js';
import { reasonOf, TtlogError } from '../core/errors.js';
import { zlib } from './lazy-node.js';
import { makeFolder } from './make-folder.js';
import type { DescribedError, PlainValue } from './snapshot-error.js';
import { describeError, plainValue } from './snapshot-error.js';
import * as F from './snapshot-format.js';
import type { OpenSpan, SnapshotHeader, SnapshotOrigin } from './snapshot-header.js';
import { encodeHeader } from './snapshot-header.js';
import { compressedNames, snapshotName, TEMPORARY_SUFFIX } from './snapshot-names.js';
import type { ProcessFacts } from './snapshot-process.js';
import { processFacts } from './snapshot-process.js';
import { RingSource } from './snapshot-rings.js';
import { TTLOG_VERSION } from './version.js';

/** What a snapshot is made of. */
export interface SnapshotInput {
  /** Where it goes; made (0700) where it does not exist. */
  readonly dir: string;
  readonly service: string;
  /** Why it is taken; part of the file's name. */
  readonly reason: string;
  readonly origin: SnapshotOrigin;
  /** What was thrown. Present with the value `undefined` after `throw undefined`; absent where nothing was. */
  readonly error?: unknown;
  /** The same, where it has been described already: an error that was recorded. */
  readonly describedError?: DescribedError;
  /** The memory of the rings. Their writers may go on. */
  readonly rings: readonly (SharedArrayBuffer | ArrayBuffer)[];
  /** The spans that have not ended, oldest first. */
  readonly openSpans?: readonly OpenSpan[];
  /** Facts to add to the header; redacted by key, cut. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Of which process it is, where that is another one. Default: this one, as it is now. */
  readonly process?: ProcessFacts;
  /** ns since the epoch: the moment that it shows, where that is not now. */
  readonly epochNs?: bigint;
  /** A snapshot that this one takes the place of: it knows more about the same moment. */
  readonly replaces?: string;
}

/** A snapshot that was written. */
export interface SnapshotInfo {
  readonly path: string;
  /** How many records are in it. */
  readonly records: number;
  /** Size of the file. */
  readonly bytes: number;
  readonly reason: string;
}

const MAX_OPEN_SPANS = 1024;

/**
 * Writes a snapshot and returns when it is under its name. The rings are only read. Throws `TtlogError` `ERR_SNAPSHOT_FAILED` where
 * it cannot be written; nothing is left behind then.
 */
export function writeSnapshotSync(input: SnapshotInput): SnapshotInfo {
  let file: SnapshotFile | undefined;
  try {
    makeFolder(input.dir, 0o700);
    const { name, file: begun } = begin(input);
    file = begun;
    const records = writeFrames(file, input);
    const path = join(input.dir, name);
    file.finish(path);
    return { path, records, bytes: file.bytes, reason: input.reason };
  } catch (error) {
    file?.abandon();
    throw new TtlogError(
      'ERR_SNAPSHOT_FAILED',
      `Expected to write a snapshot to ${input.dir}, got ${reasonOf(error)}. Is the directory writable, and is there room?`,
      {
        cause: error,
      },
    );
  }
}

/** Several threads may take one of the same name at once, and somebody may have left something there. */
const MAX_TRIES = 10;

/** A file under a name that nobody has. Within a millisecond the next one is a millisecond later: names sort in the order they were made. */
function begin({ dir, service, reason, process: of, epochNs, replaces }: SnapshotInput): {
  name: string;
  file: SnapshotFile;
} {
  const startMs = epochNs === undefined ? Date.now() : Number(epochNs / 1_000_000n);
  for (let tries = 0, timeMs = startMs; ; timeMs++) {
    const name = replaces === undefined ? snapshotName(service, reason, timeMs, of) : basename(replaces);
    const isTaken = [name, ...compressedNames(name)].some((taken) => existsSync(join(dir, taken)));
    if (isTaken && replaces === undefined) continue;
    try {
      return { name, file: new SnapshotFile(join(dir, `.${name}${TEMPORARY_SUFFIX}`)) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || ++tries === MAX_TRIES) throw error;
    }
  }
}

/** Writes all frames; returns how many records there are in them. */
function writeFrames(file: SnapshotFile, input: SnapshotInput): number {
  const sources = input.rings.map((ring) => new RingSource(ring));
  file.frame(F.FRAME_HEADER, encodingPrefix(), encodeHeader(headerOf(input, sources)));
  let records = 0;
  for (const [index, source] of sources.entries()) {
    file.frame(F.FRAME_RING, prefix(index, 0), source.header);
    file.frame(F.FRAME_DICTIONARY, prefix(index, 0), source.dictionary);
    for (const segment of source.segments()) {
      file.frame(F.FRAME_SEGMENT, prefix(index, segment.number), segment.bytes);
      records += segment.records;
    }
  }
  file.frame(F.FRAME_TAIL, prefix(file.frames, records), new Uint8Array(0));
  return records;
}

function headerOf(input: SnapshotInput, sources: readonly RingSource[]): SnapshotHeader {
  const { epochNs, monotonicNs } = readAnchor();
  const openSpans = input.openSpans ?? [];
  const extra: Record<string, PlainValue> = {};
  if (input.extra !== undefined) Object.assign(extra, plainValue(input.extra));
  return {
    ttlog: TTLOG_VERSION,
    service: input.service,
    reason: input.reason,
    origin: input.origin,
    // Wall time as the records have it, so that an adjusted clock cannot put the snapshot before its last record.
    clock: { epochNs: input.epochNs ?? (sources.length > 0 ? nowNanos() : epochNs), monotonicNs },
    ...('error' in input ? { error: describeError(input.error) } : {}),
    ...(input.describedError === undefined ? {} : { error: input.describedError }),
    openSpans: openSpans.slice(0, MAX_OPEN_SPANS),
    openSpansLeftOut: Math.max(0, openSpans.length - MAX_OPEN_SPANS),
    process: input.process ?? processFacts(),
    counts: {
      rings: sources.length,
      recorded: sum(sources.map((source) => source.recorded)),
      dropped: sum(sources.map((source) => source.dropped)),
    },
    extra,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function prefix(first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(F.RING_PREFIX_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, first, true);
  view.setUint32(4, second, true);
  return bytes;
}

const encodingPrefix = (): Uint8Array => prefix(F.ENCODING_JSON, 0).subarray(0, 4);

/** A file under construction, under a temporary name. */
class SnapshotFile {
  bytes = 0;
  frames = 0;
  readonly #path: string;
  #fd: number;

  constructor(path: string) {
    this.#path = path;
    // Made by us or not at all, and never through a link that somebody left there.
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    this.#fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600);
    this.#write(F.preamble());
  }

  frame(type: number, prefixBytes: Uint8Array, body: Uint8Array): void {
    const length = prefixBytes.byteLength + body.byteLength;
    const { crc32 } = zlib();
    this.#write(F.frameHead(type, length, crc32(body, crc32(prefixBytes))));
    this.#write(prefixBytes);
    this.#write(body);
    this.#write(new Uint8Array(F.padded(length) - length));
    this.frames++;
  }

  finish(path: string): void {
    this.#close();
    renameSync(this.#path, path);
  }

  abandon(): void {
    try {
      this.#close();
      rmSync(this.#path, { force: true });
    } catch {
      // the file system that failed fails here, too
    }
  }

  #write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength) {
      const written = writeSync(this.#fd, bytes, at);
      if (written === 0) throw new Error('a write that wrote nothing');
      at += written;
    }
    this.bytes += bytes.byteLength;
  }

  #close(): void {
    if (this.#fd < 0) return;
    closeSync(this.#fd);
    this.#fd = -1;
  }
}
