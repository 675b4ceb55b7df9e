// What a line of NDJSON is called: pino's way, or that of another house. Part of the contract with sinks.

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
