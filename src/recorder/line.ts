import { jsonOf } from './json-values.js';
import type { LineFormat } from './line-format.js';
import { LATE_TEXT } from './line-format.js';
import type { LogRecord } from './record.js';
import { RecordedError } from './values.js';
import { jsonString } from './escape.js';

/** A record as an NDJSON line with its newline: what `LineEncoder` renders from bytes, for records that are objects already. */
export function lineOf(record: LogRecord, format: LineFormat): string {
  let text = format.start(record.level, record.timestampMs);
  // What ttlog says about itself has the thread that it is about among its fields.
  if (!record.meta) text += format.thread(record.threadId);
  text += format.target(record.target) + format.ids(record.traceId, record.spanId);
  if (record.late) text += LATE_TEXT;
  for (const { key, value } of record.fields) {
    if (format.namesErrors && key === 'err' && value instanceof RecordedError) text += errorText(value, format);
    else {
      const json = jsonOf(value);
      if (json !== undefined) text += (record.meta ? `,${jsonString(key)}:` : format.key(key)) + json;
    }
  }
  return text + format.tail(record.message);
}

/** An error under the names of a house. */
function errorText(error: RecordedError, format: LineFormat): string {
  let beside = '';
  const within: string[] = [];
  for (const [key, value] of Object.entries(error)) {
    const json = jsonOf(value);
    if (json === undefined) continue;
    if (key !== 'stack') within.push(`${jsonString(key)}:${json}`);
    else if (format.stackKey === undefined) within.push(`${jsonString(format.names.stack)}:${json}`);
    else beside = format.stackKey + json;
  }
  return `${format.errorKey}{${within.join(',')}}${beside}`;
}
