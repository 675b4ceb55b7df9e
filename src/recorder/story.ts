/** The records of a trace that are delivered after all, in the order of time, whichever rings they come from. */
import type { RingCursor } from './cursor.js';
import { SegmentDecoder } from './decoder.js';
import { LineEncoder } from './encode-line.js';
import type { LineFormat } from './line-format.js';
import type { RecordSource } from './outlet.js';
import type { TraceChunk } from './trace-chunk.js';

/** Reads one chunk. One for each ring that has had a story: what it has rendered of sites and keys serves the next one. */
class ChunkReader implements RecordSource {
  decoder: SegmentDecoder;
  readonly cursor: RingCursor;
  #bytes: Uint8Array;
  #formats: LineFormat[] = [];
  #encoders: LineEncoder[] = [];

  constructor(cursor: RingCursor) {
    this.cursor = cursor;
    this.#bytes = new Uint8Array(4096);
    this.decoder = this.#newDecoder();
  }

  /** Stands on the first record, where there is one. */
  begin(chunk: TraceChunk): boolean {
    const { bytes, clock } = chunk;
    if (bytes.length > this.#bytes.length) {
      this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(bytes.length)));
      this.#formats = [];
      this.#encoders = [];
      this.decoder = this.#newDecoder();
    }
    this.#bytes.set(bytes);
    this.decoder.begin(0, bytes.length, clock ?? { deltaNs: 0n, deltaMs: 0 });
    return this.decoder.next();
  }

  encoder(format: LineFormat): LineEncoder {
    const known = this.#formats.indexOf(format);
    if (known >= 0) return this.#encoders[known];
    const encoder = new LineEncoder(this.cursor.formatOf(format).promoted, this.decoder);
    this.#formats.push(format);
    this.#encoders.push(encoder);
    return encoder;
  }

  #newDecoder(): SegmentDecoder {
    const { dictionary, threadId } = this.cursor.decoder;
    return new SegmentDecoder(this.#bytes, dictionary, threadId, true);
  }
}

const readers = new WeakMap<RingCursor, ChunkReader>();

function readerOf(cursor: RingCursor): ChunkReader {
  let reader = readers.get(cursor);
  if (reader === undefined) readers.set(cursor, (reader = new ChunkReader(cursor)));
  return reader;
}

/** Each record of the chunks, oldest first. `visit` must be done with it when it returns. */
export function tellStory(chunks: ReadonlyMap<RingCursor, TraceChunk>, visit: (source: ChunkReader) => void): void {
  const open: ChunkReader[] = [];
  for (const [cursor, chunk] of chunks) {
    const reader = readerOf(cursor);
    if (reader.begin(chunk)) open.push(reader);
  }
  while (open.length > 0) {
    let first = 0;
    for (let i = 1; i < open.length; i++) {
      if (open[i].decoder.timeMs < open[first].decoder.timeMs) first = i;
    }
    visit(open[first]);
    if (!open[first].decoder.next()) open.splice(first, 1);
  }
}
