import type { LogLevel, LevelName } from '../core/level.js';
import type { SpanStats } from '../recorder/span-table.js';
import type { SnapshotInfo } from '../recorder/snapshot.js';

/** What ttlog has done since `init()`. Counts are of records. */
export interface TtlogStats {
  /** Recorded by all threads, of every level. */
  readonly recorded: number;
  /** Never recorded: nested too deep, or no room because the recorder had stalled. */
  readonly dropped: number;
  /** Handed to sinks (a record that two sinks got counts once). */
  readonly delivered: number;
  /** Overwritten before the recorder had read them. */
  readonly lapped: number;
  /** Times that a sink failed. */
  readonly sinkErrors: number;
  /** Records that sinks hold which send over a network, or return promises: taken, and neither handed on nor given up. */
  readonly waiting: number;
  /** Records that a sink was to get and never did, because it was stalled or has gone; one that two sinks missed counts twice. */
  readonly missed: number;
  /** Records that were delivered only because their traces ended failed or slow (`promote`). */
  readonly promoted: number;
  /** Such traces. */
  readonly stories: number;
  /** Such traces that were not promoted, for there were too many a second. */
  readonly storiesSuppressed: number;
  /** Snapshots that were taken, for whatever reason. */
  readonly snapshots: number;
  /** Reasons to take one that came too soon after one like them (`snapshots: { cooldownMs }`). */
  readonly snapshotsSuppressed: number;
  /**
   * What was counted of spans and timers, by target and name, 1023 of them at most: then the rest is `(others)`. Counted by the recorder as it reads,
   * whatever level they have: up to a second late, exact after `flush()`, but for those among `lapped`. Of all threads; in workers empty.
   */
  readonly spans: readonly SpanStats[];
  /** Spans of this thread that have not ended. */
  readonly openSpans: number;
  /** Size of a thread's ring. */
  readonly capacityBytes: number;
}

/**
 * A running ttlog.
 *
 * @example
 * import { info, init } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * await using handle = init({ service: 'shop', sinks: [memory] });
 * info('Ready', { port: 8080 });
 * await handle.flush();
 * memory.records.length; // => 1
 */
export interface TtlogHandle {
  /** Name of the service. */
  readonly service: string;
  /** Folder with the ring files of this process (`ttlog view` reads it); undefined where there is no black box. */
  readonly blackBox: string | undefined;
  /**
   * Writes a snapshot, compressed, and says where. The recorder thread does it while this one goes on; where there is none (`inThread`, or
   * functions are the only sinks) the copy is made here. Rejects with `ERR_SNAPSHOT_FAILED` where it cannot be written.
   */
  snapshot(reason: string): Promise<SnapshotInfo>;
  /** Writes a snapshot, raw, before it returns. Throws `ERR_SNAPSHOT_FAILED` where it cannot be written. */
  snapshotSync(reason: string): SnapshotInfo;
  /**
   * Resolves when every record so far has been handed over: for files and the console, when write(2) has returned. A sink that fails, say on a full disk,
   * is tried once more and not waited for: its failure is told, and what it has not taken waits for it.
   */
  flush(): Promise<void>;
  /** The same, on the spot; waits `exitTimeoutMs` at most. False where something is left. */
  flushSync(): boolean;
  /** Sets what is delivered. */
  setLevel(level: LogLevel | LevelName): void;
  /** What has been recorded, delivered and lost, and how long spans took. */
  stats(): TtlogStats;
  /** `stats()` in the text format of Prometheus (0.0.4): a histogram of seconds and a count of errors for each span, and ttlog's own counts. */
  metrics(): string;
  /** Delivers everything, ends the recorder, closes the sinks; `init()` may be called again. A second call does nothing. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
