import type { LogLevel } from '../core/level.js';
import type { MetaMessage } from './meta.js';
import type { PromoteSettings } from './promotion.js';
import type { OtlpSpec } from './otlp/spec.js';
import type { TextSpec } from './sink.js';
import type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
import type { SnapshotSettings } from './snapshot-taker.js';
import type { TriggerSettings } from './snapshot-watch.js';
import type { ToHost } from './threads.js';

/** A sink for the recorder thread. */
export interface ThreadSink {
  readonly level: LogLevel | undefined;
  readonly source: TextSpec | OtlpSpec | ModuleSpec;
}

/** A module whose default export makes a sink. */
export interface ModuleSpec {
  readonly kind: 'module';
  readonly url: string;
  readonly options: unknown;
}

/** A ring for the recorder thread. */
export interface ThreadRing {
  readonly buffer: SharedArrayBuffer;
  /** See `Rejudge`; a compiled filter does not cross threads. */
  readonly rejudgeUntilWords: number | undefined;
  readonly filterText: string | undefined;
}

/** A snapshot to be taken; the answer has the same id. */
export interface SnapshotRequest {
  readonly id: number;
  readonly input: SnapshotInput;
  /** One word, 0 at first. Who sets it takes the snapshot: the recorder thread, or the thread that has waited for long enough. */
  readonly begun: Int32Array;
}

/** `info` where it was taken, else `error`: why not. */
export interface SnapshotAnswer {
  readonly id: number;
  readonly info?: SnapshotInfo;
  readonly error?: string;
}

/** What is posted to the recorder thread: a ring to read, something for its sinks, a snapshot to take. What it posts is a `tell`, or an answer. */
export type ThreadMessage =
  | { readonly ring: ThreadRing }
  | { readonly tell: MetaMessage }
  | { readonly snapshot: SnapshotRequest }
  | { readonly taken: SnapshotAnswer }
  | ToHost;

/** What the recorder thread starts with. */
export interface ThreadData {
  readonly sinks: readonly ThreadSink[];
  readonly rings: readonly ThreadRing[];
  readonly service: string;
  readonly batchRecords: number;
  readonly flushIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly control: Int32Array;
  /** True where sinks run on the other side too: they are told what goes wrong here. */
  readonly hasOthers: boolean;
  /** BroadcastChannel on which threads of the application announce their rings. */
  readonly channel: string;
  /** See `newReader`. */
  readonly reader: number;
  /** undefined = nothing is promoted. */
  readonly promote: PromoteSettings | undefined;
  readonly snapshots: SnapshotSettings;
  /** undefined = no snapshot is taken unless somebody asks. */
  readonly triggers: TriggerSettings | undefined;
  /** Where spans are counted. */
  readonly spanTable: SharedArrayBuffer;
  /** Float64, one for each of COUNTS; the thread writes, everybody reads. */
  readonly counts: Float64Array;
}

/** What is counted, in the order of `counts`. `waiting` is no count, but how things are. */
export const COUNTS = [
  'delivered',
  'lapped',
  'sinkErrors',
  'missed',
  'promoted',
  'stories',
  'storiesSuppressed',
  'snapshots',
  'snapshotsSuppressed',
  'waiting',
] as const;

/** CONTROL_RECORDER: how the recorder thread is; 0 = there is none. */
export const THREAD_STARTING = 1;
export const THREAD_RUNNING = 2;
export const THREAD_ENDED = 3;
/** Another thread reads in its place, and will set it back; the recorder thread does not start meanwhile. */
export const THREAD_STOOD_IN = 4;

/** CONTROL_SLEEPING: who waits to be woken. */
export const SLEEPING_THREAD = 1;
export const SLEEPING_LOCAL = 2;

/** Whether a word of the control block that counts requests has come to this one. */
export function hasReached(control: Int32Array, word: number, request: number): boolean {
  return ((Atomics.load(control, word) - request) | 0) >= 0;
}
