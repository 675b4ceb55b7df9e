/** The snapshots of a process: taken, kept, read. Everything the runtime and the tools need of them. */
export type { CompressedSnapshots, CompressOptions } from './snapshot-store.js';
export { compressSnapshot, compressSnapshots, DEFAULT_KEEP } from './snapshot-store.js';
export type { CrashHooks } from './snapshot-crash.js';
export { installCrashSnapshot } from './snapshot-crash.js';
export type { DescribedError, PlainValue } from './snapshot-error.js';
export type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
export { writeSnapshotSync } from './snapshot-file.js';
export type { ClockPair, OpenSpan, SnapshotCounts, SnapshotHeader, SnapshotOrigin } from './snapshot-header.js';
export { listOpenSpans } from './snapshot-open-spans.js';
export type { ProcessFacts } from './snapshot-process.js';
export type { ReadSnapshotOptions, Snapshot, SnapshotFormatError, UnfinishedSpan } from './snapshot-reader.js';
export { parseSnapshot, readSnapshot } from './snapshot-reader.js';
