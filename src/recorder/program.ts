/**
 * The recorder, as the package carries it: bundled into one text by scripts/recorder-source.mjs, which is the program of the recorder thread and,
 * evaluated where it is needed (carried-program.ts), what the thread that called `init()` has of it.
 */
export {
  BlackBoxFolder,
  blackBoxError,
  isOnDisk,
  mapRing,
  standardBlackBoxDir,
  unlinkRing,
} from './black-box-folder.js';
export { blackBoxFacts } from './black-box-facts.js';
export { removeStale, takePredecessors } from './black-box-predecessors.js';
export { createRecorder } from './index.js';
export { nativeCalls } from './native-calls.js';
export { snapshotOfRings } from './ring-files.js';
export {
  compressSnapshot,
  compressSnapshots,
  installCrashSnapshot,
  listOpenSpans,
  writeSnapshotSync,
} from './snapshot.js';
export { slug } from './snapshot-names.js';
export { takesRecord } from './outlet.js';
export { processFacts, processFactsNow } from './snapshot-process.js';
export { heartbeatMs } from './snapshot-watch.js';
export { createTextOutlet } from './text-outlet.js';
export { runThread } from './thread-main.js';
