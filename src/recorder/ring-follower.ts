/**
 * Follows the ring file of a process that may be writing it, from outside: by reads at positions, which its writer does not notice. What is new is copied into
 * memory of our own, where a cursor reads it as the recorder does; what was overwritten before it could be copied is counted by the cursor.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import * as L from '../core/layout.js';
import type { BlackBoxFacts } from './black-box-facts.js';
import { factsOf } from './black-box-facts.js';
import { RingCursor } from './cursor.js';
import { readAt } from './ring-files.js';
import type { RingView } from './ring-view.js';
import { oldestSegment, publishedBytes, segmentStart, viewRing } from './ring-view.js';
import { formatError } from './snapshot-bytes.js';

/** A file that says that it is larger is no ring. */
const MAX_FILE_BYTES = L.HEADER_BYTES + 16 * L.DICTIONARY_BYTES + L.MAX_CAPACITY_BYTES;
/** Looks in a row at a writer that goes round the whole ring in each of them. */
const MAX_TRIES = 8;
/** Words of the header that its writer changes, in Int32s. The rest is ours: what readers say is none of the file's business. */
const CHANGING = [
  L.DICTIONARY_LENGTH_I32,
  L.CLOSED_I32,
  ...[L.ANCHOR_MONOTONIC_NS_I64, L.ANCHOR_EPOCH_NS_I64, L.DROPPED_F64, L.RECORDS_F64].flatMap((n) => [
    2 * n,
    2 * n + 1,
  ]),
];

export class RingFollower {
  readonly cursor: RingCursor;
  readonly facts: BlackBoxFacts | undefined;
  readonly #fd: number;
  readonly #ring: RingView;
  readonly #header = new Int32Array(L.HEADER_BYTES >> 2);
  readonly #headerBytes = new Uint8Array(this.#header.buffer);
  /** Segments up to this one have been copied, the last of them so far; undefined before the first look. */
  #copied: { segment: number; bytes: number } | undefined;
  #dictionaryBytes = 0;

  /** Throws `ERR_SNAPSHOT_FORMAT` where it is no ring, and the error of the system where it cannot be read. */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = fstatSync(this.#fd);
      if (!found.isFile() || found.size > MAX_FILE_BYTES)
        throw formatError(`Expected a ring file of at most ${MAX_FILE_BYTES} bytes, found ${found.size}`);
      const memory = new SharedArrayBuffer(found.size);
      const bytes = new Uint8Array(memory);
      readAt(this.#fd, bytes.subarray(0, L.HEADER_BYTES));
      this.#ring = viewRing(bytes);
      this.facts = factsOf(bytes);
      this.refresh();
      this.cursor = new RingCursor(memory, {
        reader: L.READER_CAPTURES,
        service: this.facts?.service ?? 'app',
        rejudge: undefined,
      });
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Copies what is new. */
  refresh(): void {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const header = this.#readHeader();
      const segment = header[L.SEGMENT_I32] >>> 0;
      const published = header[L.PUBLISHED_I32];
      this.#copySegments(segment, published);
      this.#copyDictionary(Math.min(header[L.DICTIONARY_LENGTH_I32] >>> 0, this.#ring.dictionary.length));
      const changing = CHANGING.map((index) => header[index]);
      // What its writer has taken while we copied is not what we think it is.
      const { segmentCount, i32 } = this.#ring;
      const oldest = (this.#readHeader()[L.SEGMENT_I32] >>> 0) - segmentCount + 1;
      if (oldest > segment) {
        this.#copied = undefined;
        continue;
      }
      i32[L.FIRST_SEGMENT_I32] = Math.max(i32[L.FIRST_SEGMENT_I32], oldest);
      i32[L.SEGMENT_I32] = segment;
      i32[L.PUBLISHED_I32] = published;
      CHANGING.forEach((index, i) => (i32[index] = changing[i]));
      return;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readHeader(): Int32Array {
    readAt(this.#fd, this.#headerBytes);
    return this.#header;
  }

  #copySegments(segment: number, published: number): void {
    const ring = this.#ring;
    const known = this.#copied;
    const oldest = oldestSegment(ring, segment);
    const isKnown = known !== undefined && known.segment >= oldest && known.segment <= segment;
    for (let number = isKnown ? known.segment : oldest; number <= segment; number++) {
      const from = isKnown && number === known.segment ? known.bytes : 0;
      const to = number === segment ? publishedBytes(ring, number, published) : ring.segmentBytes;
      this.#copy(segmentStart(ring, number) + from, segmentStart(ring, number) + to);
    }
    this.#copied = { segment, bytes: publishedBytes(ring, segment, published) };
  }

  #copyDictionary(length: number): void {
    this.#copy(L.HEADER_BYTES + this.#dictionaryBytes, L.HEADER_BYTES + length);
    this.#dictionaryBytes = Math.max(this.#dictionaryBytes, length);
  }

  #copy(from: number, to: number): void {
    const { bytes } = this.#ring;
    for (let at = from; at < to;) {
      const read = readSync(this.#fd, bytes, at, to - at, at);
      if (read === 0) return; // a file that was cut
      at += read;
    }
  }
}
