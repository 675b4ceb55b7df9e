import type { Field } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import { LogRecord } from './record.js';

/** What ttlog has to say about itself, as it crosses threads. */
export interface MetaMessage {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: readonly Field[];
  /** The thread that it is about. @default 0 */
  readonly threadId?: number;
}

/** A record that ttlog writes about itself. It goes to the sinks and never into a ring, so it cannot feed on itself. */
export function metaRecord({ level, message, fields, threadId = 0 }: MetaMessage): LogRecord {
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
    inherited: 0,
  });
}

/** True for two reports of lost records that differ in how many alone. */
export function isSameLoss(a: MetaMessage, b: MetaMessage): boolean {
  return a.message === b.message && withoutCount(a) === withoutCount(b) && lostIn(a) !== undefined;
}

export function sumOfLosses(a: MetaMessage, b: MetaMessage): MetaMessage {
  const lost = (lostIn(a) ?? 0) + (lostIn(b) ?? 0);
  return { ...b, fields: b.fields.map((field) => (field.key === 'lost' ? { key: 'lost', value: lost } : field)) };
}

function lostIn({ fields }: MetaMessage): number | undefined {
  const value = fields.find(({ key }) => key === 'lost')?.value;
  return typeof value === 'number' ? value : undefined;
}

function withoutCount({ fields }: MetaMessage): string {
  return JSON.stringify(fields.filter(({ key }) => key !== 'lost').map(({ key, value }) => [key, String(value)]));
}
