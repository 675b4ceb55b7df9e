// One ring of a snapshot file as records: each segment by itself, with the ring's dictionary.
import * as L from '../core/layout.js';
import { SegmentDecoder } from './decoder.js';
import { Dictionary } from './dictionary.js';
import { RecordCollector } from './record-collector.js';
import type { LogRecord } from './record.js';
import { segmentClock } from './ring-view.js';

interface RecordedSegment {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What a file has of a ring. */
export interface RecordedRing {
  readonly index: number;
  readonly header: Uint8Array;
  readonly dictionary: Uint8Array;
  readonly segments: RecordedSegment[];
}

export interface DecodedRing {
  readonly records: readonly LogRecord[];
  /** Spans that had begun and not ended, as their newest state has them. */
  readonly openSpans: readonly LogRecord[];
  readonly damagedRecords: number;
  readonly damage: readonly string[];
}

/** Everything in the ring, oldest first. Throws nothing; what cannot be used is named. */
export function decodeRecordedRing(ring: RecordedRing, service: string): DecodedRing {
  const fault = headerFault(ring);
  if (fault !== undefined)
    return { records: [], openSpans: [], damagedRecords: 0, damage: [`ring ${ring.index}: ${fault}`] };
  const header = new DataView(ring.header.buffer, ring.header.byteOffset, L.HEADER_BYTES);
  const threadId = header.getInt32(L.THREAD_ID_I32 * 4, true);
  const dictionary = new Dictionary(service);
  dictionary.grow(ring.dictionary, ring.dictionary.byteLength);

  const collector = new RecordCollector();
  const damage: string[] = [];
  let damagedRecords = 0;
  for (const { number, bytes } of [...ring.segments].sort((a, b) => a.number - b.number)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < L.SEGMENT_HEADER_BYTES || view.getUint32(L.SEGMENT_MAGIC_OFFSET, true) !== L.SEGMENT_MAGIC) {
      damage.push(`ring ${ring.index}: segment ${number} does not begin as one`);
      continue;
    }
    const decoder = new SegmentDecoder(bytes, dictionary, threadId);
    decoder.begin(0, bytes.byteLength, segmentClock({ dv: header }, 0, view));
    collector.add(decoder);
    damagedRecords += decoder.damagedRecords;
  }
  return { records: collector.records, openSpans: collector.openSpans, damagedRecords, damage };
}

function headerFault({ header }: RecordedRing): string | undefined {
  if (header.byteLength < L.HEADER_BYTES)
    return `expected a header of ${L.HEADER_BYTES} bytes, found ${header.byteLength}`;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(L.MAGIC_I32 * 4, true) !== L.RING_MAGIC) return 'its header has not the magic number of a ring';
  const version = view.getUint32(L.VERSION_I32 * 4, true);
  return version === L.LAYOUT_VERSION
    ? undefined
    : `expected layout version ${L.LAYOUT_VERSION}, found ${version}; read it with the ttlog that wrote it`;
}
