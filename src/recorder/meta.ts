import type { Field } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import { LogRecord } from './record.js';

/** A record that ttlog writes about itself. It goes to the sinks and never into a ring, so it cannot feed on itself. */
export function metaRecord(level: LogLevel, message: string, fields: readonly Field[], threadId = 0): LogRecord {
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
    meta: true,
  });
}
