import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName, LogLevel } from '../core/level.js';
import type { PrettyTime } from '../recorder/pretty.js';
import type { Sink } from '../recorder/sink.js';
import { textSink } from '../recorder/built-in-sink.js';
import { sinkFactory } from '../recorder/sink.js';
import type { LineKeys } from './line-keys.js';
import { lineNames } from './line-keys.js';
import { sinkLevel } from './sink-level.js';

/** What `consoleSink` takes. */
export interface ConsoleSinkOptions {
  /** Where lines go: `stdout` is file descriptor 1, `stderr` 2. @default 'stdout' */
  stream?: 'stdout' | 'stderr';
  /** `pretty` is for people, `json` for programs (NDJSON); `auto` is pretty on a terminal. @default 'auto' */
  format?: 'pretty' | 'json' | 'auto';
  /** The least level it gets, whatever the filter says. @default what `level`, `setFilter` and `TTLOG` let through */
  level?: LogLevel | LevelName;
  /**
   * Colours of pretty lines.
   *
   * @default those of a terminal, unless `NO_COLOR` or `FORCE_COLOR` says otherwise
   */
  colors?: boolean;
  /**
   * The time of a line. `clock` is the local time of day, `utc` the same in UTC, `elapsed` seconds since the start of the process, `none`
   * no time: these are for pretty lines. `iso` is date and time in UTC, `epoch` milliseconds since 1970: these are for NDJSON too.
   *
   * @default 'clock' on pretty lines; on NDJSON what `keys` says, which is 'epoch' for pino
   */
  time?: PrettyTime;
  /** What the keys of NDJSON are called. @default 'pino' */
  keys?: LineKeys;
  /** Columns that pretty lines have: longer values are cut, and many fields get lines of their own. @default those of the terminal; without one nothing is cut */
  width?: number;
}

const OPTIONS: readonly (keyof ConsoleSinkOptions)[] = [
  'stream', 'format', 'level', 'colors', 'time', 'keys', 'width',
]; // prettier-ignore

const TIMES: readonly PrettyTime[] = ['clock', 'utc', 'iso', 'epoch', 'elapsed', 'none'];

/**
 * Writes records to the console: pretty lines on a terminal, NDJSON elsewhere. `NO_COLOR` turns colours off, `FORCE_COLOR` on;
 * neither changes the format. Runs on the recorder thread.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { init } from 'ttlog';
 * import { consoleSink } from 'ttlog/sinks';
 * const handle = init({ service: 'shop', sinks: [consoleSink({ stream: 'stderr', level: 'warn' })] });
 * await handle.shutdown();
 */
export const consoleSink = /* @__PURE__ */ sinkFactory(function consoleSink(options: ConsoleSinkOptions = {}): Sink {
  checkOptions('consoleSink()', options, OPTIONS, "Say consoleSink({ stream: 'stderr' }).");
  const { stream = 'stdout', format = 'auto', level, colors, time, keys, width } = options;
  if (stream !== 'stdout' && stream !== 'stderr') throw invalidOption('stream', "'stdout' or 'stderr'", stream);
  if (format !== 'pretty' && format !== 'json' && format !== 'auto') {
    throw invalidOption('format', "'pretty', 'json' or 'auto'", format);
  }
  if (colors !== undefined && typeof colors !== 'boolean') throw invalidOption('colors', 'a boolean', colors);
  if (time !== undefined && !TIMES.includes(time)) throw invalidOption('time', `one of ${TIMES.join(', ')}`, time);
  if (width !== undefined && !(Number.isInteger(width) && width >= 20)) {
    throw invalidOption('width', 'a whole number of columns from 20 up', width);
  }
  const isForLines = time === 'epoch' || time === 'iso';
  if (format === 'json' && time !== undefined && !isForLines) {
    throw invalidOption('time', "'epoch' or 'iso' where the format is json", time);
  }
  const lines = lineNames(keys, isForLines ? time : undefined);
  return textSink(
    { kind: 'console', fd: stream === 'stderr' ? 2 : 1, format, colors, time, width, lines },
    sinkLevel(level),
  );
});
