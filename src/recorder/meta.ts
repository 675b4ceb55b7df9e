import type { Field } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import { LogRecord } from './record.js';

/** What ttlog has to say about itself, as it crosses threads. */
export interface MetaMessage {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: readonly Field[];
}

/** A record that ttlog writes about itself. It goes to the sinks and never into a ring, so it cannot feed on itself. */
export function metaRecord({ level, message, fields }: MetaMessage, threadId = 0): LogRecord {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  return new LogRecord({
    kind: 'event',
    time: { low: 0, high: 0, deltaNs: nowNs, deltaMs: Number(nowNs) / 1e6 },
    level,
    target: 'ttlog',
    message,
    fields,
    threadId,
    deliver: true,
    truncated: false,
    meta: true,
    traceId: undefined,
    spanId: undefined,
    parentSpanId: undefined,
    file: undefined,
    line: undefined,
    start: undefined,
    durationNs: undefined,
    outcome: undefined,
    late: false,
    promoted: false,
  });
}
