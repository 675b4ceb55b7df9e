import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName, LogLevel } from '../core/level.js';
import type { LogRecord } from '../recorder/record.js';
import type { Sink } from '../recorder/sink.js';
import { sinkFactory } from '../recorder/sink.js';
import { sinkLevel } from './sink-level.js';

/** What `memorySink` takes. */
export interface MemorySinkOptions {
  /** The least level it gets, whatever the filter says. @default what `level`, `setFilter` and `TTLOG` let through */
  level?: LogLevel | LevelName;
  /** How many records are kept; the oldest go first. @default Infinity */
  limit?: number;
}

/** A sink that keeps what it gets. */
export interface MemorySink extends Sink {
  /** The records so far, oldest first. Call `flush()` or `flushSync()` of the handle before looking. */
  readonly records: LogRecord[];
  /** Forgets them. */
  clear(): void;
}

/**
 * Keeps records in memory, for tests. Runs on the thread that made it.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { info, init } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * info('Order placed', { order_id: 7 });
 * await handle.shutdown();
 * memory.records.map(({ message, values }) => [message, values]); // => [['Order placed', { order_id: 7 }]]
 */
export const memorySink = /* @__PURE__ */ sinkFactory(function memorySink(options: MemorySinkOptions = {}): MemorySink {
  checkOptions('memorySink()', options, ['level', 'limit']);
  const { limit = Infinity } = options;
  if (typeof limit !== 'number' || !(limit >= 1)) throw invalidOption('limit', 'a number ≥ 1', limit);
  const level = sinkLevel(options.level);
  const records: LogRecord[] = [];
  const sink = (batch: LogRecord[]): void => {
    for (const record of batch) records.push(record);
    if (records.length > limit) records.splice(0, records.length - limit);
  };
  return Object.defineProperties(sink, {
    name: { value: 'memorySink' },
    level: { value: level, enumerable: true },
    records: { value: records, enumerable: true },
    clear: { value: () => records.splice(0) },
  }) as MemorySink;
});
