/**
 * A snapshot at a crash. `uncaughtExceptionMonitor` is called before anything else happens, also where the application has an
 * `uncaughtException` handler or a capture callback (Node 20 to 26 alike), and listening to it changes neither what is printed nor
 * how the process ends. Unhandled rejections arrive here when `--unhandled-rejections` makes exceptions of them (`throw`, the
 * default, and `strict`); with `warn` and `none`, or where the application listens to `unhandledRejection`, nothing crashes.
 */
import { os, zlib } from './lazy-node.js';
import type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
import { writeSnapshotSync } from './snapshot-file.js';

/** What a crash needs from the runtime. Each is called at most once a crash; what it throws is ignored. */
export interface CrashHooks {
  /** What to write: everything but why. `undefined` = no snapshot is wanted. */
  readonly input: () => Omit<SnapshotInput, 'reason' | 'origin' | 'error'> | undefined;
  /** Called first, so that the crash itself can be recorded. */
  readonly record?: (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => void;
  /** Delivers everything that sinks are owed; called after the snapshot. */
  readonly deliver: () => void;
  readonly onSnapshot?: (info: SnapshotInfo) => void;
  /** The snapshot could not be written; stderr stays what it would have been, so somebody else has to tell. */
  readonly onFailure?: (error: unknown) => void;
  /** An application that handles its exceptions and lives on gets no more than one snapshot in this time. @default 10000 */
  readonly cooldownMs?: number;
}

const DEFAULT_COOLDOWN_MS = 10_000;

/**
 * Has every crash of this process (in a worker: of this thread) leave a snapshot and deliver what is owed, and then go on as it
 * would have. One snapshot an error, whatever happens to it. Returns the function that takes it back.
 */
export function installCrashSnapshot(hooks: CrashHooks): () => void {
  const cooldownMs = hooks.cooldownMs ?? DEFAULT_COOLDOWN_MS;
  const seen = new WeakSet<object>();
  let busy = false;
  let lastMs = -Infinity;

  const isNew = (error: unknown): boolean => {
    if (typeof error !== 'object' || error === null) return true;
    if (seen.has(error)) return false;
    seen.add(error);
    return true;
  };

  const takeSnapshot = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    const survives = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    const nowMs = performance.now();
    if (survives && nowMs - lastMs < cooldownMs) return;
    const input = hooks.input();
    if (input === undefined) return;
    lastMs = nowMs;
    const info = writeSnapshotSync({ ...input, reason: 'crash', origin, error });
    hooks.onSnapshot?.(info);
  };

  const onCrash = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    if (busy) return;
    busy = true;
    try {
      if (isNew(error)) {
        attempt(() => hooks.record?.(error, origin));
        attempt(() => takeSnapshot(error, origin), hooks.onFailure);
      }
      attempt(hooks.deliver);
    } finally {
      busy = false;
    }
  };

  // What is dying, maybe for want of memory, should not have to load anything.
  zlib();
  os();
  process.on('uncaughtExceptionMonitor', onCrash);
  return () => {
    process.off('uncaughtExceptionMonitor', onCrash);
  };
}

/** An exception here would be reported instead of the application's. */
function attempt(step: () => void, onFailure?: (error: unknown) => void): void {
  try {
    step();
  } catch (failure) {
    if (onFailure !== undefined) attempt(() => onFailure(failure));
  }
}
