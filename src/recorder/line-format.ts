// The constant parts of lines of NDJSON.
import { jsonString } from './escape.js';
import type { LineNames } from './line-names.js';

/** Behind the ids of a record that outlived its span, or of a span that was opened after the one around it had ended. */
/** Of what is delivered because its trace ended badly. */
const PROMOTED_TEXT = ',"promoted":true';
export const LATE_TEXT = ',"span_late":true';

/** Keys that the line of a span has besides. */
export const SPAN_RESERVED: ReadonlySet<string> = new Set(['span_links', 'span_kind', 'duration_ms', 'outcome']);

const MAX_DATE_MS = 8.64e15;

/** Behind the message. */
export const LINE_END = '}\n';

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
  /** `,"msg":` */
  readonly messageKey: string;
  /** `,"err":`, where the value is an error. */
  readonly errorKey: string;
  /** `,"stack_trace":` where the stack stands beside the error; undefined where it is in it. */
  readonly stackKey: string | undefined;
  /** False where an error is written like any other object. */
  readonly namesErrors: boolean;
  /** A field of such a name is written as `fields.<name>`. */
  readonly #reserved: ReadonlySet<string>;
  readonly #pid: number;
  readonly #hostname: string;
  #promoted: LineFormat | undefined;

  constructor(names: LineNames, pid: number, hostname: string, isPromoted = false) {
    const { levels, levelNumber, timeForm, constants, spanConstants, tracePrefix } = names;
    this.names = names;
    this.#pid = pid;
    this.#hostname = hostname;
    this.heads = levels.map((level, i) => {
      const number = levelNumber === null ? '' : member(levelNumber.key, levelNumber.values[i]);
      return `{${member(names.level, level).slice(1)}${number},${jsonString(names.time)}:${timeForm === 'iso' ? '"' : ''}`;
    });
    this.origin =
      (timeForm === 'iso' ? '"' : '') +
      member(names.pid, pid) +
      member(names.hostname, hostname) +
      members(constants) +
      (isPromoted ? PROMOTED_TEXT : '');
    const hasTrace = names.traceId !== null;
    const hasSpan = names.spanId !== null;
    this.beforeTrace = hasTrace ? `,${jsonString(names.traceId)}:"${jsonString(tracePrefix).slice(1, -1)}` : '';
    this.betweenIds = (hasTrace ? '"' : '') + (hasSpan ? `,${jsonString(names.spanId)}:"` : '');
    this.afterSpan = (hasSpan ? '"' : '') + members(spanConstants);
    this.namesErrors = names.error !== 'err' || names.stack !== 'stack';
    this.messageKey = `,${jsonString(names.message)}:`;
    this.errorKey = `,${jsonString(names.error)}:`;
    this.stackKey = names.hoistsStack ? `,${jsonString(names.stack)}:` : undefined;
    this.#reserved = new Set(isPromoted ? [...reservedOf(names), 'promoted'] : reservedOf(names));
  }

  /** The same for the records of another process. */
  ofProcess(pid: number): LineFormat {
    return new LineFormat(this.names, pid, this.#hostname);
  }

  /** The same for records that are delivered after all. */
  get promoted(): LineFormat {
    return (this.#promoted ??= new LineFormat(this.names, this.#pid, this.#hostname, true));
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
    return `${this.messageKey}${jsonString(message)}${LINE_END}`;
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
