// The distribution of single calls: a mean hides the call that waited for a disk or a garbage collection.
//
// Each call lies between two performance.now(), so every figure contains one clock read; the row "empty call" shows
// how much that is. 500 calls every 2 ms, with the file destinations of the delivery group behind them.

import { pause } from './clock.mjs';
import { quantileOfSorted } from './stats.mjs';

const WARM_UP_EVENTS = 20_000;
const SLICE_EVENTS = 500;
const SLICE_MS = 2;

/** @param {(i: number) => void} call @param {number} events @param {() => unknown} flush */
export async function measureLatency(call, events, flush) {
  const samplesMs = new Float64Array(events);
  await timeCalls(call, new Float64Array(WARM_UP_EVENTS), 0);
  await flush();
  await timeCalls(call, samplesMs, WARM_UP_EVENTS);
  await flush();
  samplesMs.sort();
  const at = (q) => quantileOfSorted(samplesMs, q) * 1e6;
  return { logged: WARM_UP_EVENTS + events, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

async function timeCalls(call, samplesMs, firstIndex) {
  for (let at = 0; at < samplesMs.length; at += SLICE_EVENTS) {
    const end = Math.min(at + SLICE_EVENTS, samplesMs.length);
    for (let i = at; i < end; i += 1) {
      const before = performance.now();
      call(firstIndex + i);
      samplesMs[i] = performance.now() - before;
    }
    await pause(SLICE_MS);
  }
}
