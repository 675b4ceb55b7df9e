import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName, LogLevel } from '../core/level.js';
import type { Sink } from '../recorder/sink.js';
import { builtInSink, sinkFactory } from '../recorder/sink.js';
import { sinkLevel } from './sink-level.js';

/** What `consoleSink` takes. */
export interface ConsoleSinkOptions {
  /** Where lines go: `stdout` is file descriptor 1, `stderr` 2. @default 'stdout' */
  stream?: 'stdout' | 'stderr';
  /** `pretty` is for people, `json` for programs (NDJSON); `auto` is pretty on a terminal. @default 'auto' */
  format?: 'pretty' | 'json' | 'auto';
  /** The least level it gets, whatever the filter says. @default what `level`, `setFilter` and `TTLOG` let through */
  level?: LogLevel | LevelName;
}

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
  checkOptions('consoleSink()', options, ['stream', 'format', 'level'], "Say consoleSink({ stream: 'stderr' }).");
  const { stream = 'stdout', format = 'auto', level } = options;
  if (stream !== 'stdout' && stream !== 'stderr') throw invalidOption('stream', "'stdout' or 'stderr'", stream);
  if (format !== 'pretty' && format !== 'json' && format !== 'auto') {
    throw invalidOption('format', "'pretty', 'json' or 'auto'", format);
  }
  return builtInSink({ kind: 'console', fd: stream === 'stderr' ? 2 : 1, format }, sinkLevel(level));
});
