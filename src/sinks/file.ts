import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName, LogLevel } from '../core/level.js';
import type { Sink } from '../recorder/sink.js';
import { textSink } from '../recorder/built-in-sink.js';
import { sinkFactory } from '../recorder/sink.js';
import type { LineKeys } from './line-keys.js';
import { lineNames } from './line-keys.js';
import type { RotateOptions } from './rotate-options.js';
import { rotateSettings } from './rotate-options.js';
import { sinkLevel } from './sink-level.js';

/** What `fileSink` takes. */
export interface FileSinkOptions {
  /** The file. A relative path is taken from the working directory of this moment. */
  path: string | URL;
  /** The least level it gets, whatever the filter says. @default what `level`, `setFilter` and `TTLOG` let through */
  level?: LogLevel | LevelName;
  /** What keys are called. @default 'pino' */
  keys?: LineKeys;
  /** `epoch`: milliseconds since 1970; `iso`: date and time in UTC. @default what `keys` says, which is 'epoch' for pino */
  time?: 'epoch' | 'iso';
  /** When the file is put aside and begun anew, and what happens to those that were. @default it grows */
  rotate?: RotateOptions;
}

const FIX = "Say fileSink({ path: 'app.ndjson' }).";

/**
 * Appends records to a file as NDJSON, one object a line: `level` (pino's numbers, 10 to 60), `time` (ms since the epoch), `pid`,
 * `hostname`, `target`, `trace_id` and `span_id` inside a span, the fields, `duration_ms` and `outcome` for a span, and `msg`. A
 * field that is called like one of these is written as `fields.<key>`. The file is made with mode 0600, and its folder where there
 * is none. Runs on the recorder thread; what cannot be written (a full disk) is reported to the other sinks, and tried again.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { readFileSync, rmSync } from 'node:fs';
 * import { info, init } from 'ttlog';
 * import { fileSink } from 'ttlog/sinks';
 * const handle = init({ service: 'shop', sinks: [fileSink({ path: 'logs/shop.ndjson' })] });
 * info('Order placed', { order_id: 7 });
 * await handle.shutdown();
 * const { level, target, order_id, msg } = JSON.parse(readFileSync('logs/shop.ndjson', 'utf8'));
 * rmSync('logs', { recursive: true });
 * [level, target, order_id, msg]; // => [30, 'shop', 7, 'Order placed']
 */
export const fileSink = /* @__PURE__ */ sinkFactory(function fileSink(options: FileSinkOptions): Sink {
  checkOptions('fileSink()', options, ['path', 'level', 'keys', 'time', 'rotate'], FIX);
  const { path, level, keys, time, rotate } = options;
  if (time !== undefined && time !== 'epoch' && time !== 'iso') throw invalidOption('time', "'epoch' or 'iso'", time);
  const spec = { path: absolutePath(path), lines: lineNames(keys, time), rotate: rotateSettings(rotate) };
  return textSink({ kind: 'file', ...spec }, sinkLevel(level));
});

function absolutePath(path: unknown): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return resolve(path);
  if (path instanceof URL && path.protocol === 'file:') return resolve(fileURLToPath(path));
  throw invalidOption('path', 'the path of a file', path instanceof URL ? path.href : path, FIX);
}
