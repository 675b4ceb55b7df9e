import { recordOf } from './decode-record.js';
import type { SegmentDecoder } from './decoder.js';
import type { LogRecord } from './record.js';

/**
 * Gathers the records of a ring that is read as a whole, segment by segment from the oldest on, and finds out which spans were
 * open at its end.
 */
export class RecordCollector {
  /** Every record of every level: events, span starts, and spans at their ends. A state that was written again is none. */
  readonly records: LogRecord[] = [];
  readonly #open = new Map<string, LogRecord>();
  readonly #ended = new Set<string>();

  /** Takes the rest of the segment that the decoder has begun. */
  add(decoder: SegmentDecoder): void {
    while (decoder.next(true)) {
      const record = recordOf(decoder);
      if (record === undefined) continue;
      if (!decoder.isRepeat) this.records.push(record);
      if (record.kind !== 'event' && !decoder.isRemote)
        this.#follow(record.kind === 'span' || decoder.hasEnded, record.spanId!, record);
    }
  }

  /** Spans that had begun and not ended, in the order they began, each as its newest state has it (kind `span-start`, outcome `open`). */
  get openSpans(): LogRecord[] {
    return [...this.#open.values()].sort((a, b) => (a.startNs! < b.startNs! ? -1 : a.startNs! > b.startNs! ? 1 : 0));
  }

  #follow(ended: boolean, spanId: string, record: LogRecord): void {
    if (ended) {
      this.#open.delete(spanId);
      this.#ended.add(spanId);
    } else if (!this.#ended.has(spanId)) this.#open.set(spanId, record);
  }
}
