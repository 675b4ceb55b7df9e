// What a line of NDJSON is called and looks like: pino's way, or that of another house.
import { jsonString } from './escape.js';

/** Names of the keys, and the forms of level and time. Plain data: it crosses threads. null = the line does without it. */
export interface LineNames {
  readonly level: string;
  readonly time: string;
  readonly message: string;
  readonly pid: string | null;
  readonly hostname: string | null;
  readonly threadId: string | null;
  readonly target: string | null;
  readonly traceId: string | null;
  readonly spanId: string | null;
  /** What stands for the six levels, trace to fatal. */
  readonly levels: readonly (string | number)[];
  /** A second key for the level, as a number; null = none. */
  readonly levelNumber: { readonly key: string; readonly values: readonly number[] } | null;
  /** `epoch`: milliseconds as a number; `iso`: `2026-11-23T17:20:31.123Z`. */
  readonly timeForm: 'epoch' | 'iso';
  /** In front of the trace id: `projects/shop/traces/`. */
  readonly tracePrefix: string;
  /** In every line, and in every line inside a span. */
  readonly constants: Readonly<Record<string, string>>;
  readonly spanConstants: Readonly<Record<string, string>>;
  /** What `err` is called where it is an error, and what its stack is called. */
  readonly error: string;
  readonly stack: string;
  /** The stack is a key of the line, beside the error. */
  readonly hoistsStack: boolean;
}

export type LineHouse = 'pino' | 'gcp' | 'ecs' | 'otel';

const PINO: LineNames = {
  level: 'level',
  time: 'time',
  message: 'msg',
  pid: 'pid',
  hostname: 'hostname',
  threadId: 'thread_id',
  target: 'target',
  traceId: 'trace_id',
  spanId: 'span_id',
  levels: [10, 20, 30, 40, 50, 60],
  levelNumber: null,
  timeForm: 'epoch',
  tracePrefix: '',
  constants: {},
  spanConstants: {},
  error: 'err',
  stack: 'stack',
  hoistsStack: false,
};

/** The names of each house. */
export const LINE_HOUSES: Readonly<Record<LineHouse, LineNames>> = {
  pino: PINO,
  /** What Google Cloud Logging takes out of a line of JSON; it groups errors by `stack_trace`. */
  gcp: {
    ...PINO,
    level: 'severity',
    time: 'timestamp',
    message: 'message',
    traceId: 'logging.googleapis.com/trace',
    spanId: 'logging.googleapis.com/spanId',
    levels: ['DEBUG', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
    timeForm: 'iso',
    stack: 'stack_trace',
    hoistsStack: true,
  },
  /** Elastic Common Schema, with dots in the names as its loggers for Node write them. */
  ecs: {
    ...PINO,
    level: 'log.level',
    time: '@timestamp',
    message: 'message',
    pid: 'process.pid',
    hostname: 'host.hostname',
    threadId: 'process.thread.id',
    target: 'log.logger',
    traceId: 'trace.id',
    spanId: 'span.id',
    levels: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    timeForm: 'iso',
    constants: { 'ecs.version': '8.10.0' },
    error: 'error',
    stack: 'stack_trace',
  },
  /** OpenTelemetry's names outside OTLP: its log data model, and its document on trace context in other formats. */
  otel: {
    ...PINO,
    level: 'severity_text',
    time: 'timestamp',
    message: 'body',
    pid: 'process.pid',
    hostname: 'host.name',
    threadId: 'thread.id',
    target: 'otel.scope.name',
    levels: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'],
    levelNumber: { key: 'severity_number', values: [1, 5, 9, 13, 17, 21] },
    timeForm: 'iso',
    spanConstants: { trace_flags: '01' },
    error: 'exception',
    stack: 'stacktrace',
  },
};

/** Behind the ids of a record that outlived its span, or of a span that was opened after the one around it had ended. */
export const LATE_TEXT = ',"span_late":true';

/** Keys that the line of a span has besides. */
export const SPAN_RESERVED: ReadonlySet<string> = new Set(['span_links', 'duration_ms', 'outcome']);

const MAX_DATE_MS = 8.64e15;

/** The constant texts of lines with these names. */
export class LineFormat {
  readonly names: LineNames;
  /** `{"level":30,"time":`, one for each level. */
  readonly heads: readonly string[];
  /** Behind the time: `,"pid":1,"hostname":"web-1"`. */
  readonly origin: string;
  /** In front of the trace id, between it and the span's id, and behind that. */
  readonly beforeTrace: string;
  readonly betweenIds: string;
  readonly afterSpan: string;
  /** `,"err":`, where the value is an error. */
  readonly errorKey: string;
  /** `,"stack_trace":` where the stack stands beside the error; undefined where it is in it. */
  readonly stackKey: string | undefined;
  /** False where an error is written like any other object. */
  readonly namesErrors: boolean;
  /** A field of such a name is written as `fields.<name>`. */
  readonly #reserved: ReadonlySet<string>;
  readonly #hostname: string;

  constructor(names: LineNames, pid: number, hostname: string) {
    const { levels, levelNumber, timeForm, constants, spanConstants, tracePrefix } = names;
    this.names = names;
    this.#hostname = hostname;
    this.heads = levels.map((level, i) => {
      const number = levelNumber === null ? '' : member(levelNumber.key, levelNumber.values[i]);
      return `{${member(names.level, level).slice(1)}${number},${jsonString(names.time)}:${timeForm === 'iso' ? '"' : ''}`;
    });
    this.origin =
      (timeForm === 'iso' ? '"' : '') + member(names.pid, pid) + member(names.hostname, hostname) + members(constants);
    const hasTrace = names.traceId !== null;
    const hasSpan = names.spanId !== null;
    this.beforeTrace = hasTrace ? `,${jsonString(names.traceId)}:"${jsonString(tracePrefix).slice(1, -1)}` : '';
    this.betweenIds = (hasTrace ? '"' : '') + (hasSpan ? `,${jsonString(names.spanId)}:"` : '');
    this.afterSpan = (hasSpan ? '"' : '') + members(spanConstants);
    this.namesErrors = names.error !== 'err' || names.stack !== 'stack';
    this.errorKey = `,${jsonString(names.error)}:`;
    this.stackKey = names.hoistsStack ? `,${jsonString(names.stack)}:` : undefined;
    this.#reserved = new Set(reservedOf(names));
  }

  /** The same for the records of another process. */
  ofProcess(pid: number): LineFormat {
    return new LineFormat(this.names, pid, this.#hostname);
  }

  /** A moment, without the quotes that ISO text has around it. */
  timeText(ms: number): string {
    if (this.names.timeForm === 'epoch') return `${ms}`;
    return new Date(Math.abs(ms) <= MAX_DATE_MS ? ms : 0).toISOString();
  }

  /** The beginning of a line, up to its thread. */
  start(level: number, timeMs: number): string {
    return (this.heads[level] ?? this.heads[0]) + this.timeText(Math.floor(timeMs)) + this.origin;
  }

  /** Of which thread a line is: lines of the main thread do not say it. */
  thread(threadId: number): string {
    return threadId === 0 ? '' : member(this.names.threadId, threadId);
  }

  /** `,"target":"shop"` */
  target(target: string): string {
    return member(this.names.target, target);
  }

  /** Ids that came from outside, either of which may be missing. */
  ids(traceId: string | undefined, spanId: string | undefined): string {
    const { names } = this;
    const trace = traceId === undefined ? '' : member(names.traceId, names.tracePrefix + traceId);
    const span = spanId === undefined ? '' : member(names.spanId, spanId);
    return trace + span + (traceId === undefined ? '' : members(names.spanConstants));
  }

  /** `,"user_id":` */
  key(key: string): string {
    return `,${jsonString(this.#reserved.has(key) ? `fields.${key}` : key)}:`;
  }

  /** `,"msg":"User logged in"}` and a newline. */
  tail(message: string): string {
    return `${member(this.names.message, message)}}\n`;
  }
}

function member(key: string | null, value: string | number): string {
  if (key === null) return '';
  return `,${jsonString(key)}:${typeof value === 'number' ? value : jsonString(value)}`;
}

function members(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => member(key, value))
    .join('');
}

function reservedOf(names: LineNames): string[] {
  const { level, time, message, pid, hostname, threadId, target, traceId, spanId, levelNumber, error, stack } = names;
  const own = [level, time, message, pid, hostname, threadId, target, traceId, spanId, levelNumber?.key ?? null];
  if (error !== 'err') own.push(error);
  if (names.hoistsStack) own.push(stack);
  return [
    'span_late',
    ...own.filter((key) => key !== null),
    ...Object.keys(names.constants),
    ...Object.keys(names.spanConstants),
  ];
}
