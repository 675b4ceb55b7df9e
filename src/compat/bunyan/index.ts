import { currentScope } from '../../core/current-scope.js';
import { checkOptions, invalidOption } from '../../core/errors.js';
import { errorFromStack } from '../../core/error-from-stack.js';
import { throwsMark } from '../../core/field.js';
import { isError } from '../../core/is-error.js';
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { targetOrRoot } from '../../core/state.js';
import { joinThreads } from '../../runtime/joined-thread.js';

// As the face does, for a worker that loads nothing else.
joinThreads();

/** What `bunyanStream` takes. */
export interface BunyanStreamOptions {
  /** The target of its events. @default the logger's `name` */
  target?: string;
}

/** A stream as `streams` lists it, of type `raw`; and the writer itself, for `stream` of bunyan. */
export interface BunyanStream extends BunyanWriter {
  readonly type: 'raw';
  readonly level: 'trace';
  readonly stream: BunyanWriter;
}

/** What bunyan writes to. */
export interface BunyanWriter {
  /** Takes a record of bunyan's, as an object or as its line. Never throws. */
  write(record: object | string): boolean;
  /** Does nothing: sinks are closed by `handle.shutdown()`. */
  end(): void;
}

/** What ttlog has in a place of its own, so that it is no field. */
const OF_BUNYAN = new Set(['v', 'name', 'hostname', 'pid', 'level', 'time', 'msg']);

/**
 * A stream for bunyan: what is logged through bunyan is an event of ttlog, with the running context and span, in the ring beside those of
 * `info()`, and delivered by ttlog's sinks. The target is the logger's `name`. It takes every level: what is delivered is ttlog's to say.
 *
 * bunyan itself is not needed for it: whatever writes bunyan's records may write to `.stream`.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import bunyan from 'bunyan';
 * import { init, withContext } from 'ttlog';
 * import { bunyanStream } from 'ttlog/bunyan';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const logger = bunyan.createLogger({ name: 'orders', streams: [bunyanStream()] });
 * withContext('request_id', 'r-1', () => logger.info({ order_id: 7 }, 'Order placed'));
 * await handle.shutdown();
 * const [record] = memory.records;
 * [record?.target, record?.message, record?.values]; // => ['orders', 'Order placed', { order_id: 7, request_id: 'r-1' }]
 */
export function bunyanStream(options: BunyanStreamOptions = {}): BunyanStream {
  checkOptions('bunyanStream()', options, ['target'], "Say bunyanStream({ target: 'orders' }).");
  const { target } = options;
  if (target !== undefined && typeof target !== 'string') throw invalidOption('target', 'a name', target);
  const stream: BunyanWriter = { write: (record) => write(record, target), end() {} };
  return { type: 'raw', level: 'trace', stream, ...stream };
}

function write(record: object | string, asked: string | undefined): boolean {
  let said: Record<string, unknown>;
  let name = asked ?? '';
  let level: LogLevel = LogLevel.Info;
  try {
    said = (typeof record === 'string' ? JSON.parse(record) : record) as Record<string, unknown>;
    if (asked === undefined && typeof said['name'] === 'string') name = said['name'];
    level = levelOf(said['level']);
  } catch (error) {
    said = { msg: typeof record === 'string' ? record : '', record: throwsMark(error) };
  }
  const target = targetOrRoot(name);
  if (level < target.recordLevel) return true;
  const { msg } = said;
  log(target, level, currentScope(), null, typeof msg === 'string' ? msg : '', fieldsOf(said));
  return true;
}

/** Bunyan's 10 is trace, 60 fatal; numbers in between belong to the level below. */
function levelOf(level: unknown): LogLevel {
  if (typeof level !== 'number' || Number.isNaN(level)) return LogLevel.Info;
  return Math.min(LogLevel.Fatal, Math.max(LogLevel.Trace, Math.floor(level / 10) - 1)) as LogLevel;
}

function fieldsOf(said: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  try {
    for (const key of Object.keys(said))
      if (!OF_BUNYAN.has(key)) fields[key] = key === 'err' ? asError(said[key]) : said[key];
  } catch (error) {
    fields['record'] = throwsMark(error);
  }
  return fields;
}

/** Bunyan makes `{ message, name, stack, code, signal }` of an error. */
function asError(err: unknown): unknown {
  if (typeof err !== 'object' || err === null || isError(err)) return err;
  const { message, name, stack, ...rest } = err as Record<string, unknown>;
  if (typeof stack !== 'string') return err;
  const error = errorFromStack(stack);
  if (typeof message === 'string') Object.defineProperty(error, 'message', { value: message });
  if (typeof name === 'string') Object.defineProperty(error, 'name', { value: name });
  for (const key of Object.keys(rest)) if (rest[key] !== undefined) (error as unknown as typeof rest)[key] = rest[key];
  return error;
}
