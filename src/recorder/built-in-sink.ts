import { reasonOf, TtlogError } from '../core/errors.js';
import type { LogLevel } from '../core/level.js';
import { recorderProgram } from './carried-program.js';
import type { Outlet, OutletHost } from './outlet.js';
import type { LogRecord } from './record.js';
import type { BuiltInPart, Sink, TextSpec } from './sink.js';
import { PARTS } from './sink.js';

/** A sink of lines. */
export function textSink(source: TextSpec, level: LogLevel | undefined): Sink {
  const make = ({ onError }: OutletHost): Outlet => recorderProgram().createTextOutlet(source, level, onError);
  return builtInSink(`${source.kind}Sink`, level, [{ level, source, make }]);
}

/**
 * A sink that the recorder thread can run. Where somebody calls it as a function (from a sink of their own, say) it does its work
 * on the spot.
 */
export function builtInSink(name: string, level: LogLevel | undefined, parts: readonly BuiltInPart[]): Sink {
  const direct = new DirectOutlets(parts);
  const sink = (batch: LogRecord[]): void => direct.take(batch);
  return Object.defineProperties(sink, {
    name: { value: name },
    level: { value: level, enumerable: true },
    flush: { value: () => direct.flush() },
    [Symbol.asyncDispose]: { value: () => direct.close() },
    [PARTS]: { value: parts },
  }) as Sink;
}

/** The outlets of a built-in sink that somebody calls. What fails is thrown at the call, or at the next one. */
class DirectOutlets {
  readonly #parts: readonly BuiltInPart[];
  #made: Outlet[] | undefined;
  #error: unknown;

  constructor(parts: readonly BuiltInPart[]) {
    this.#parts = parts;
  }

  take(batch: readonly LogRecord[]): void {
    const { takesRecord } = recorderProgram();
    this.#made ??= this.#parts.map(({ make }) => make(this.#host()));
    for (const outlet of this.#made) {
      const records = this.#made.length === 1 ? batch : batch.filter((record) => takesRecord(outlet, record));
      for (const record of records) outlet.takeRecord(record);
      outlet.endBatch();
    }
    this.#throwError();
  }

  async flush(): Promise<void> {
    await Promise.all((this.#made ?? []).map(async (outlet) => outlet.flush(Infinity)));
    this.#throwError();
  }

  async close(): Promise<void> {
    await Promise.all((this.#made ?? []).map(async (outlet) => outlet.close()));
    this.#throwError();
  }

  #host(): OutletHost {
    const now = BigInt(Date.now()) * 1_000_000n;
    return {
      service: 'unknown_service:node',
      batchRecords: Infinity,
      onError: (_outlet, error) => (this.#error = error),
      metrics: () => ({ startNs: now, timeNs: now, spans: [] }),
    };
  }

  #throwError(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) return;
    throw new TtlogError('ERR_SINK', `The sink failed: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
