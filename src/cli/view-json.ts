// A snapshot as NDJSON: first a line about the snapshot, then events and ended spans as the log file has them, then the open spans.
import { harmlessJson, jsonString } from '../recorder/escape.js';
import { jsonOf } from '../recorder/json-values.js';
import { lineOf } from '../recorder/line.js';
import { LineFormat } from '../recorder/line-format.js';
import { LINE_HOUSES } from '../recorder/line-names.js';
import type { LogRecord } from '../recorder/record.js';
import type { Snapshot, UnfinishedSpan } from '../recorder/snapshot.js';

/** `{"snapshot":{…}}`: everything but the records. Nanoseconds are text, as JSON numbers cannot hold them. */
export function snapshotLine({ header, damage, damagedRecords, records }: Snapshot): string {
  const summary = { ...header, records: records.length, damagedRecords, damage };
  const text = JSON.stringify(summary, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return `{"snapshot":${harmlessJson(text)}}\n`;
}

/** The line of a record as the log file has it; of a span besides the span around it, so that the tree can be rebuilt. */
export function recordLine(record: LogRecord, format: LineFormat): string {
  const text = lineOf(record, format);
  if (record.parentSpanId === undefined) return text;
  // The first one is the record's own: what comes before it is escaped, and fields come after it.
  const own = `,"span_id":${jsonString(record.spanId ?? '')}`;
  return text.replace(own, () => `${own},"parent_span_id":${jsonString(record.parentSpanId ?? '')}`);
}

/** The line of a span that has not ended: that of an ended one, with `"outcome":"open"` and no duration. */
export function openSpanLine(span: UnfinishedSpan, { header }: Snapshot): string {
  const { name, target, traceId, spanId, parentId, startNs, level, fields } = span;
  let text = formatOf(header).start(level, Number(startNs / 1_000_000n));
  text += `,"target":${jsonString(target)},"trace_id":${jsonString(traceId)},"span_id":${jsonString(spanId)}`;
  if (parentId !== null) text += `,"parent_span_id":${jsonString(parentId)}`;
  for (const { key, value } of fields) {
    const json = jsonOf(value);
    if (json !== undefined) text += `,${jsonString(key)}:${json}`;
  }
  return `${text},"outcome":"open","msg":${jsonString(name)}}\n`;
}

const formats = new WeakMap<Snapshot['header'], LineFormat>();

/** The lines of one snapshot have it in common. */
export function formatOf(header: Snapshot['header']): LineFormat {
  let format = formats.get(header);
  if (format === undefined) {
    const { pid, hostname } = header.process;
    format = new LineFormat(LINE_HOUSES.pino, pid, hostname ?? '');
    formats.set(header, format);
  }
  return format;
}
