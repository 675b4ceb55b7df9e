import type { Snapshot } from '../recorder/snapshot.js';
import type { SpanInfo } from './span-tree.js';

/** Every span of a snapshot: those that ended, and those that were open when it was taken. */
export function snapshotSpans(snapshot: Snapshot): SpanInfo[] {
  const spans: SpanInfo[] = [];
  for (const record of snapshot.records) {
    if (record.kind !== 'span') continue;
    const { message, target, level, traceId = '', spanId = '', parentSpanId, threadId, fields } = record;
    const durationNs = record.durationNs ?? 0;
    const startNs = record.startNs ?? record.timestampNs - BigInt(Math.round(durationNs));
    const outcome = record.outcome ?? 'ok';
    spans.push({
      name: message,
      target,
      level,
      traceId,
      spanId,
      parentSpanId,
      startNs,
      durationNs,
      outcome,
      threadId,
      fields,
    });
  }
  const takenNs = snapshot.header.clock.epochNs;
  for (const { name, target, level, traceId, spanId, parentId, startNs, threadId, fields } of snapshot.openSpans) {
    const durationNs = Math.max(0, Number(takenNs - startNs));
    const parentSpanId = parentId ?? undefined;
    spans.push({
      name,
      target,
      level,
      traceId,
      spanId,
      parentSpanId,
      startNs,
      durationNs,
      outcome: 'open',
      threadId,
      fields,
    });
  }
  return spans;
}
