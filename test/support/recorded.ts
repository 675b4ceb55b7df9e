// What this thread has recorded, read back from the bytes of its ring.
import { replaceRing } from '../../src/core/ring-of-thread.js';
import { state } from '../../src/core/state.js';
import { copyRing, decodeRing } from '../../src/recorder/decode-ring.js';
import type { LogRecord } from '../../src/recorder/record.js';

export interface Recorded {
  readonly records: readonly LogRecord[];
  readonly events: readonly LogRecord[];
  /** Spans that have ended, in the order of their ends. */
  readonly spans: readonly LogRecord[];
  /** Spans in the order of their starts. */
  readonly starts: readonly LogRecord[];
  /** Spans that have not ended. */
  readonly open: readonly LogRecord[];
  readonly event: (message: string) => LogRecord;
  readonly span: (name: string) => LogRecord;
}

/** Room for some 10 000 records; copying and decoding it takes a few ms. */
const CAPACITY_BYTES = 2 * 1024 * 1024;

/** From now on nothing recorded before is seen. */
export function startRecording(): void {
  replaceRing(CAPACITY_BYTES);
}

export function recorded(): Recorded {
  if (state.ring === null) throw new Error('nothing has been recorded');
  const { records, openSpans } = decodeRing(copyRing(state.ring.buffer));
  const events = records.filter(({ kind }) => kind === 'event');
  const spans = records.filter(({ kind }) => kind === 'span');
  const one = (list: readonly LogRecord[], message: string): LogRecord => {
    const found = list.filter((record) => record.message === message);
    if (found.length === 1) return found[0];
    throw new Error(`${found.length} of ${JSON.stringify(message)} in ${list.map((r) => r.message).join(', ')}`);
  };
  return {
    records,
    events,
    spans,
    starts: records.filter(({ kind }) => kind === 'span-start'),
    open: openSpans,
    event: (message) => one(events, message),
    span: (name) => one(spans, name),
  };
}

/** The fields of a span without those that every span has. */
export function ownFields(record: LogRecord): Record<string, unknown> {
  const { duration_ms: _duration, outcome: _outcome, ...own } = record.values;
  return own;
}

/** Lets other code run until the condition holds; fails after 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('the condition did not come true within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
