/** A line of a log file, read back: NDJSON as ttlog and pino write it, or with the names of Google Cloud Logging, ECS and OpenTelemetry. */
import type { Field, FieldValue } from '../core/field.js';
import type { LogLevel } from '../core/level.js';
import { LogRecord } from '../recorder/record.js';
import { RecordedError } from '../recorder/values.js';
import { levelOf } from './filter-records.js';

const LEVEL_KEYS = ['level', 'severity', 'severity_text', 'log.level'];
const TIME_KEYS = ['time', '@timestamp', 'timestamp'];
const MESSAGE_KEYS = ['msg', 'message', 'body'];
const TARGET_KEYS = ['target', 'log.logger', 'logger'];
const TRACE_KEYS = ['trace_id', 'trace.id', 'logging.googleapis.com/trace'];
const SPAN_KEYS = ['span_id', 'span.id', 'logging.googleapis.com/spanId'];
const THREAD_KEYS = ['thread_id', 'process.thread.id'];
/** Of every line alike, or with a place of their own. */
const LEFT_OUT = ['pid', 'hostname', 'promoted', 'span_late', 'parent_span_id', 'ecs.version', 'severity_number'];
const MAX_CAUSES = 16;
/** Words of other loggers. */
const OTHER_LEVELS: Readonly<Record<string, string>> = {
  default: 'info',
  notice: 'info',
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
};

/** undefined where the line is no JSON object. */
export function parseLogLine(text: string): LogRecord | undefined {
  const line = objectOf(text);
  if (line === undefined) return undefined;
  const used = new Set(LEFT_OUT);
  const take = (keys: readonly string[]): unknown => {
    const key = keys.find((each) => Object.hasOwn(line, each));
    if (key === undefined) return undefined;
    used.add(key);
    return line[key];
  };
  const outcome = line['outcome'];
  const durationMs = line['duration_ms'];
  const isSpan = typeof durationMs === 'number' && (outcome === 'ok' || outcome === 'error');
  const ms = timeOf(take(TIME_KEYS));
  const level = levelFrom(take(LEVEL_KEYS));
  const message = take(MESSAGE_KEYS);
  const threadId = take(THREAD_KEYS);
  return new LogRecord({
    kind: isSpan ? 'span' : 'event',
    time: { low: 0, high: 0, deltaNs: BigInt(Math.round(ms * 1e6)), deltaMs: ms },
    level,
    target: textOf(take(TARGET_KEYS)) ?? '',
    message: typeof message === 'string' ? message : message === undefined ? '' : JSON.stringify(message),
    traceId: textOf(take(TRACE_KEYS)),
    spanId: textOf(take(SPAN_KEYS)),
    parentSpanId: textOf(line['parent_span_id']),
    threadId: typeof threadId === 'number' ? threadId : 0,
    durationNs: isSpan ? durationMs * 1e6 : undefined,
    outcome: isSpan ? outcome : undefined,
    promoted: line['promoted'] === true,
    late: line['span_late'] === true,
    fields: fieldsOf(line, used),
    deliver: true,
    truncated: false,
    meta: false,
    file: undefined,
    line: undefined,
    start: undefined,
    inherited: 0,
  });
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function fieldsOf(line: Readonly<Record<string, unknown>>, used: ReadonlySet<string>): Field[] {
  const fields: Field[] = [];
  for (const [key, value] of Object.entries(line)) {
    if (used.has(key)) continue;
    fields.push({ key, value: key === 'err' || key === 'error' ? errorOf(value) : (value as FieldValue) });
  }
  return fields;
}

/** As it was recorded, with what caused it; what does not look like an error stays as it is. */
function errorOf(value: unknown, depth = 0): FieldValue {
  const error = value as { message?: unknown; cause?: unknown; errors?: unknown } | null;
  if (typeof error !== 'object' || error === null || typeof error.message !== 'string' || depth > MAX_CAUSES)
    return value as FieldValue;
  const inner: Record<string, FieldValue> = {};
  if (error.cause !== undefined) inner['cause'] = errorOf(error.cause, depth + 1);
  if (Array.isArray(error.errors)) inner['errors'] = error.errors.map((each) => errorOf(each, depth + 1));
  return Object.assign(new RecordedError(), { type: 'Error', stack: '' }, error, inner);
}

function levelFrom(value: unknown): LogLevel {
  if (typeof value === 'number') return Math.min(Math.max(Math.floor(value / 10) - 1, 0), 5) as LogLevel;
  if (typeof value !== 'string') return 2;
  const word = value.toLowerCase();
  return levelOf(OTHER_LEVELS[word] ?? word) ?? 2;
}

function timeOf(value: unknown): number {
  const ms = typeof value === 'string' ? Date.parse(value) : value;
  return typeof ms === 'number' && Math.abs(ms) <= 8.64e15 ? ms : 0;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
