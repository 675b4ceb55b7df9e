import type { SinkInput } from '../recorder/sink.js';
import type { TtlogHandle } from './handle.js';
import type { LevelOption, TtlogOptions } from './options.js';

/**
 * The options of `init()` said one by one; the last word is `.init()`, and nothing starts before it. What is said twice counts the second time, except sinks:
 * each `.sink()` adds one.
 *
 * @example
 * import { init, LogLevel } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const handle = init()
 *   .service('shop')
 *   .capacity(65536)
 *   .level(LogLevel.Info)
 *   .record(LogLevel.Trace)
 *   .sink(memorySink())
 *   .init();
 * await handle.shutdown();
 */
export class TtlogBuilder {
  private readonly options: TtlogOptions = {};
  private readonly start: (options: TtlogOptions) => TtlogHandle;

  /** @internal Use `init()`. */
  constructor(start: (options: TtlogOptions) => TtlogHandle) {
    this.start = start;
  }

  /** Name of the service. @default 'app' */
  service(name: string): this {
    return this.with({ service: name });
  }

  /** What sinks deliver. @default 'info' */
  level(level: LevelOption): this {
    return this.with({ level });
  }

  /** What the ring keeps. @default 'trace' */
  record(level: LevelOption): this {
    return this.with({ record: level });
  }

  /** Nominal number of events in the ring (128 B each). @default 65536 */
  capacity(events: number): this {
    return this.with({ capacity: events });
  }

  /** Exact size of the ring, instead of `capacity`. */
  capacityBytes(bytes: number): this {
    return this.with({ capacityBytes: bytes });
  }

  /** Most records that a sink is handed at once. @default 1024 */
  channelCapacity(records: number): this {
    return this.with({ channelCapacity: records });
  }

  /** Adds a sink. Without any, records go to the console. */
  sink(sink: SinkInput): this {
    return this.with({ sinks: [...(this.options.sinks ?? []), sink] });
  }

  /** Where and how snapshots are kept. */
  snapshots(snapshots: NonNullable<TtlogOptions['snapshots']>): this {
    return this.with({ snapshots });
  }

  /** Delivers, when the root span of a trace ends failed or slow, what was recorded of it at any level. @default false */
  promote(promote: NonNullable<TtlogOptions['promote']> = true): this {
    return this.with({ promote });
  }

  /** Keeps the ring in a file that survives any death of the process: `true`, or a folder, best on tmpfs. @default false */
  blackBox(blackBox: boolean | string = true): this {
    return this.with({ blackBox });
  }

  /** What must not be recorded: names of keys, `false` for nothing, or keys, paths, value patterns and a censor. */
  redact(redact: NonNullable<TtlogOptions['redact']>): this {
    return this.with({ redact });
  }

  /** What a writer does when the ring is full of owed records. @default 'block' */
  overflow(policy: 'block' | 'drop'): this {
    return this.with({ overflow: policy });
  }

  /** Signals that end the process with everything delivered, where nothing of the application's own answers them. @default [] */
  signals(signals: NonNullable<TtlogOptions['signals']>): this {
    return this.with({ signals });
  }

  /** Any options at once, for those without a word of their own. */
  with(options: TtlogOptions): this {
    Object.assign(this.options, options);
    return this;
  }

  /** Starts ttlog. Throws as `init(options)` does. */
  init(): TtlogHandle {
    return this.start(this.options);
  }
}
