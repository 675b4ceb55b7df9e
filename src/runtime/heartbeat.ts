/** The signs of life of the thread that called `init()`: from them the recorder thread sees that its event loop stands still, and how full its heap is. */
import * as L from '../core/layout.js';
import { MAX_TIMER_MS } from '../core/max-timer.js';
import { recorderProgram } from '../recorder/carried-program.js';
import { inspector, v8 } from '../recorder/lazy-node.js';
import type { TriggerSettings } from '../recorder/snapshot-watch.js';

/**
 * Begins with the first turn of the event loop: an application that takes long to load is none that stands still. `onBeat` is told how late each one
 * comes, and whether the heap is near its limit. Keeps no process alive. Returns what ends it.
 */
export function startHeartbeat(
  control: Int32Array,
  triggers: TriggerSettings,
  onBeat: (lateMs: number, isHeapFull: boolean) => void,
): () => void {
  const { everyMs, stallMs, heapShare } = triggers;
  const beatMs = Math.min(recorderProgram().heartbeatMs(triggers), everyMs);
  if (beatMs === Infinity) return nothing;
  const limitBytes = heapShare === Infinity ? 0 : heapLimitBytes();
  let lastMs = performance.now();
  let isFirst = true;
  const beat = (): void => {
    const nowMs = performance.now();
    const lateMs = isFirst ? 0 : nowMs - lastMs - beatMs;
    isFirst = false;
    lastMs = nowMs;
    const isHeapFull = heapShare !== Infinity && tellHeap(control, limitBytes) >= heapShare;
    if (stallMs !== Infinity) Atomics.store(control, L.CONTROL_DEBUGGED, isDebugged() ? 1 : 0);
    // 0 says that nobody lives here.
    if (Atomics.add(control, L.CONTROL_HEARTBEAT, 1) === -1) Atomics.add(control, L.CONTROL_HEARTBEAT, 1);
    onBeat(lateMs, isHeapFull);
  };
  const timer = setInterval(beat, Math.min(beatMs, MAX_TIMER_MS));
  timer.unref();
  return () => {
    clearInterval(timer);
    Atomics.store(control, L.CONTROL_HEARTBEAT, 0);
  };
}

/** The share that is used. 1 µs. */
function tellHeap(control: Int32Array, limitBytes: number): number {
  const usedBytes = v8().getHeapStatistics().used_heap_size;
  Atomics.store(control, L.CONTROL_HEAP_LIMIT_KIB, limitBytes / 1024);
  Atomics.store(control, L.CONTROL_HEAP_USED_KIB, usedBytes / 1024);
  return usedBytes / limitBytes;
}

/**
 * Where a heap ends that only grows: V8's limit has room for young objects on top (48 MiB on Node 20, 192 on 24), in which old ones have no place. A heap of
 * 64 MiB dies at 57 % of that limit.
 */
function heapLimitBytes(): number {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  const sizes = flags.map((flag) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(flag)?.[1]);
  const oldMib = sizes.find((size) => size !== undefined);
  return oldMib === undefined ? v8().getHeapStatistics().heap_size_limit * 0.95 : Number(oldMib) * 2 ** 20;
}

/** A thread that stands at a breakpoint must not be asked for its stack. */
function isDebugged(): boolean {
  try {
    return inspector().url() !== undefined;
  } catch {
    return false; // a Node without an inspector
  }
}

function nothing(): void {}
