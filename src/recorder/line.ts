import { jsonString } from './escape.js';
import { jsonOf } from './json-values.js';
import type { LogRecord } from './record.js';
import { keyText } from './site-text.js';

/** pino's numbers for the six levels. */
export const LEVEL_HEADS: readonly string[] = [10, 20, 30, 40, 50, 60].map((number) => `{"level":${number},"time":`);

/** `,"pid":1,"hostname":"web-1"`: what every line of a process has. */
export function originText(pid: number, hostname: string): string {
  return `,"pid":${pid},"hostname":${jsonString(hostname)}`;
}

/** Of which thread a line is: lines of the main thread do not say it. */
export function threadText(threadId: number): string {
  return threadId === 0 ? '' : `,"thread_id":${threadId}`;
}

/** A record as an NDJSON line with its newline: what `LineDecoder` renders from bytes, for records that are objects already. */
export function lineOf(record: LogRecord, origin: string): string {
  let text = `${LEVEL_HEADS[record.level] ?? LEVEL_HEADS[0]}${Math.floor(record.timestampMs)}${origin}`;
  // What ttlog says about itself has the thread that it is about among its fields.
  if (!record.meta) text += threadText(record.threadId);
  text += `,"target":${jsonString(record.target)}`;
  if (record.traceId !== undefined) text += `,"trace_id":${jsonString(record.traceId)}`;
  if (record.spanId !== undefined) text += `,"span_id":${jsonString(record.spanId)}`;
  for (const { key, value } of record.fields) {
    const json = jsonOf(value);
    if (json !== undefined) text += (record.meta ? `,${jsonString(key)}:` : keyText(key)) + json;
  }
  return `${text},"msg":${jsonString(record.message)}}\n`;
}
