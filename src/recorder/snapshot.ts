/** The snapshots of a process: taken, kept, read. Everything the runtime and the tools need of them. */
export { installCrashSnapshot } from './snapshot-crash.js';
export type { DescribedError } from './snapshot-error.js';
export type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
export { writeSnapshotSync } from './snapshot-file.js';
export { listOpenSpans } from './snapshot-open-spans.js';
export type { ProcessFacts } from './snapshot-process.js';
export type { Snapshot, SnapshotFormatError, UnfinishedSpan } from './snapshot-reader.js';
export { parseSnapshot, readSnapshot } from './snapshot-reader.js';
export { compressSnapshot, compressSnapshots, pruneSnapshots } from './snapshot-store.js';
